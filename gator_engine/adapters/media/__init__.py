"""Detection, thumbnails and conversion of files."""
