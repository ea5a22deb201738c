"""Parquet by pyarrow, batch by batch."""

from collections.abc import Iterator

from monitor.mapping.readers.extras import need
from monitor.mapping.readers.part import Part


def parquet_rows(part: Part) -> Iterator[dict[str, object]]:
    """Every row with its values as Python has them."""
    parquet, arrow = need("pyarrow.parquet", "parquet", part), need("pyarrow", "parquet", part)
    try:
        with part.seekable() as stream, parquet.ParquetFile(stream) as file:
            for batch in file.iter_batches(batch_size=4096):
                yield from batch.to_pylist()
    except arrow.ArrowException as error:
        raise part.refuse(f"is no whole Parquet file: {str(error)[:200]}: fetch it once more") from None
