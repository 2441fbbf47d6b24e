//! Limits on the size of files from outside.

/// Longest side of an image, in pixels.
pub(crate) const MAX_IMAGE_SIDE: u32 = 20_000;
/// Largest number of pixels of an image.
pub(crate) const MAX_IMAGE_PIXELS: u64 = 400_000_000;
/// Most memory of an image decoder, in bytes: 400 megapixels of 16-bit RGBA, and a margin.
pub(crate) const MAX_DECODER_BYTES: u64 = 4 << 30;
/// Largest image or manual file, in bytes: a 16-bit TIFF of 400 megapixels fits.
pub(crate) const MAX_FILE_BYTES: u64 = 3 << 30;
/// Largest number of entries of an archive.
pub const MAX_ARCHIVE_ENTRIES: usize = 100_000;
/// Largest total size of an archive's images when unpacked, in bytes.
pub const MAX_ARCHIVE_BYTES: u64 = 64 << 30;
