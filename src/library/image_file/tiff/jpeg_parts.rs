//! The parts of a TIFF that are JPEGs: strips or tiles, whose tables may stand once for all.

use tiff::tags::Tag;

use super::meaning::{JPEG, Stored};
use super::view::{ViewDecoder, fault};
use crate::image_file::fault::Fault;
use crate::image_file::jpeg::{coded_data, read_kind};
use fettle_domain::JpegQuality;

/// Checks that all rows of each part are there, and returns how strongly the first was compressed;
/// `None` for a picture that is stored otherwise.
///
/// # Errors
/// Kinds of JPEG that are not read, and missing data, as of a JPEG file.
pub(super) fn check_jpeg_parts(
    bytes: &[u8],
    stored: &Stored,
    decoder: &mut ViewDecoder<'_>,
) -> Result<Option<JpegQuality>, Fault> {
    if stored.compression != JPEG {
        return Ok(None);
    }
    let places = match decoder.get_chunk_type() {
        tiff::decoder::ChunkType::Strip => (Tag::StripOffsets, Tag::StripByteCounts),
        tiff::decoder::ChunkType::Tile => (Tag::TileOffsets, Tag::TileByteCounts),
    };
    let mut numbers = |tag| {
        let values = decoder.find_tag_unsigned_vec::<u64>(tag).map_err(|error| fault(&error))?;
        Ok::<_, Fault>(values.unwrap_or_default())
    };
    let (offsets, lengths) = (numbers(places.0)?, numbers(places.1)?);
    let tables = decoder.find_tag(Tag::JPEGTables).ok().flatten();
    let tables = tables.and_then(|tables| tables.into_u8_vec().ok());
    let (width, height) = decoder.chunk_dimensions();
    let components = if stored.planar { 1 } else { usize::from(stored.channels) };
    let mut quality = None;
    for (offset, length) in offsets.into_iter().zip(lengths) {
        let part = usize::try_from(offset).ok().zip(usize::try_from(length).ok());
        let part = part.and_then(|(from, length)| bytes.get(from..from.checked_add(length)?));
        let part = part.ok_or_else(|| Fault::damaged("a part of it is beyond its end"))?;
        read_kind(part)?;
        let found = coded_data(part, tables.as_deref())?;
        // Otherwise the decoder would take memory for a size that the TIFF does not say.
        let fits = found.size.0 == width as usize
            && found.size.1 <= (height.min(stored.height) as usize).next_multiple_of(16)
            && found.components == components;
        if !fits {
            return Err(Fault::damaged("the size of a part is not what it says"));
        }
        quality = quality.or(found.quality);
    }
    Ok(quality)
}
