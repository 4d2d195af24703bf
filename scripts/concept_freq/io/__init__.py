"""Tables with declared schemas, DuckDB connections, digests and progress: how every stage reads and writes.

Comes in: columns and file names. Goes out: validated, deterministic Parquet and CSV, written under a temporary name
and renamed. Every package may import it; it imports none.
"""
