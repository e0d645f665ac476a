-- One row when anything at all was measured.
SELECT 1 AS found
FROM snapshots($files)
WHERE taken_at >= $since AND taken_at < $until
  AND ($persona_id IS NULL OR persona_id = $persona_id)
  AND ($platform IS NULL OR platform = $platform)
  AND ($simulated IS NULL OR simulated = $simulated)
LIMIT 1
