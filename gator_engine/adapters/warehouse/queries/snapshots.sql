-- Body of the table macro snapshots(files): every snapshot once, the last written wins.
SELECT taken_at, platform, account_id, persona_id, delivery_id, metric, value, simulated
FROM read_parquet(files, hive_partitioning = false)
QUALIFY row_number() OVER (
    PARTITION BY account_id, delivery_id, metric, taken_at
    ORDER BY written_at DESC, fragment DESC
) = 1
