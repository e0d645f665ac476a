-- Gained per day = difference of successive values of a delivery; the first value counts whole.
WITH successive AS (
    SELECT
        taken_at, platform, metric,
        value - lag(value, 1, 0.0) OVER (
            PARTITION BY delivery_id, metric ORDER BY taken_at
        ) AS gained
    FROM snapshots($files)
    WHERE delivery_id <> ''
      AND taken_at < $until
      AND ($persona_id IS NULL OR persona_id = $persona_id)
      AND ($platform IS NULL OR platform = $platform)
      AND ($simulated IS NULL OR simulated = $simulated)
)
SELECT strftime(taken_at, '%Y-%m-%d') AS day, platform, metric, sum(gained) AS gained
FROM successive
WHERE taken_at >= $since
GROUP BY ALL
ORDER BY day, platform, metric
