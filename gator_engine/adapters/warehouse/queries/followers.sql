-- The last follower count of each account and day.
SELECT *
FROM snapshots($files)
WHERE delivery_id = ''
  AND metric = 'followers'
  AND taken_at >= $since AND taken_at < $until
  AND ($platform IS NULL OR platform = $platform)
  AND ($simulated IS NULL OR simulated = $simulated)
  AND (
      $persona_id IS NULL
      OR account_id IN (
          SELECT account_id FROM snapshots($files)
          WHERE delivery_id <> '' AND persona_id = $persona_id
      )
  )
QUALIFY row_number() OVER (
    PARTITION BY account_id, strftime(taken_at, '%Y-%m-%d') ORDER BY taken_at DESC
) = 1
ORDER BY account_id, taken_at
