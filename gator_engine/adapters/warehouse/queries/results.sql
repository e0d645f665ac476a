-- Latest value of every metric of every delivery measured in the period.
WITH latest AS (
    SELECT
        delivery_id, metric,
        any_value(platform) AS platform,
        any_value(account_id) AS account_id,
        any_value(persona_id) AS persona_id,
        bool_or(simulated) AS simulated,
        max(taken_at) AS taken_at,
        arg_max(value, taken_at) AS value
    FROM snapshots($files)
    WHERE delivery_id <> ''
      AND taken_at >= $since AND taken_at < $until
      AND ($persona_id IS NULL OR persona_id = $persona_id)
      AND ($platform IS NULL OR platform = $platform)
      AND ($simulated IS NULL OR simulated = $simulated)
      AND ($ids IS NULL OR list_contains($ids, delivery_id))
    GROUP BY delivery_id, metric
)
SELECT
    delivery_id,
    any_value(platform) AS platform,
    any_value(account_id) AS account_id,
    any_value(persona_id) AS persona_id,
    bool_or(simulated) AS simulated,
    max(taken_at) AS measured_at,
    list(metric ORDER BY metric) AS metrics,
    list(value ORDER BY metric) AS counts
FROM latest
GROUP BY delivery_id
ORDER BY
    coalesce(sum(value) FILTER (list_contains($engagement, metric)), 0) DESC,
    measured_at DESC,
    delivery_id
LIMIT $limit
