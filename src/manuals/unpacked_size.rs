//! Streams that unpack to far more than a manual has. hayro unpacks without a limit.

use flate2::{Decompress, FlushDecompress, Status};
use hayro::hayro_syntax::object::dict::keys;
use hayro::hayro_syntax::object::{Name, Object, Stream};
use hayro::hayro_syntax::{Filter, Pdf};

/// The most bytes that one stream may unpack to. Fonts of all of Hangul have some 20 MB.
const MAX_BYTES: u64 = 256 << 20;
/// The most that deflate packs one byte from (RFC 1951: 258 bytes in 2 bits).
const MAX_RATIO: u64 = 1032;
/// The most packed bytes of other packings, which no font of today uses.
const MAX_OTHER_BYTES: u64 = 8 << 20;

/// Whether a stream that is no picture unpacks to more than 256 MiB. Pictures are not unpacked for
/// their text.
pub(super) fn has_bomb(pdf: &Pdf) -> bool {
    pdf.objects().into_iter().any(|object| match object {
        Object::Stream(stream) => !is_picture(&stream) && is_bomb(&stream),
        _ => false,
    })
}

fn is_picture(stream: &Stream<'_>) -> bool {
    let subtype = stream.dict().get::<Name<'_>>(keys::SUBTYPE);
    subtype.is_some_and(|subtype| subtype.as_ref() == keys::IMAGE)
}

fn is_bomb(stream: &Stream<'_>) -> bool {
    let filters = stream.filters();
    let packs = |filter: &&Filter| {
        matches!(filter, Filter::FlateDecode | Filter::LzwDecode | Filter::RunLengthDecode)
    };
    let layers = filters.iter().filter(packs).count();
    let packed = stream.raw_data();
    let length = u64::try_from(packed.len()).unwrap_or(u64::MAX);
    if layers == 0 || layers == 1 && length.saturating_mul(MAX_RATIO) <= MAX_BYTES {
        return false;
    }
    if filters.iter().any(|filter| *filter != Filter::FlateDecode) {
        return layers > 1 || length > MAX_OTHER_BYTES;
    }
    let mut data = packed.into_owned();
    for layer in 1..=layers {
        match unpacked(&data, layer < layers) {
            Some(next) => data = next,
            None => return true,
        }
    }
    false
}

/// Deflated data unpacked as far as they go, or `None` if that is more than the limit. Without `keep`
/// they are only counted.
fn unpacked(packed: &[u8], keep: bool) -> Option<Vec<u8>> {
    const CHUNK: usize = 64 << 10;
    let mut decoder = Decompress::new(true);
    let mut chunk = vec![0; CHUNK];
    let mut out = Vec::new();
    loop {
        let done = usize::try_from(decoder.total_in()).unwrap_or(usize::MAX);
        let before = decoder.total_out();
        let rest = packed.get(done..).unwrap_or_default();
        let status = decoder.decompress(rest, &mut chunk, FlushDecompress::None);
        let written = usize::try_from(decoder.total_out() - before).unwrap_or(0);
        if keep {
            out.extend_from_slice(chunk.get(..written).unwrap_or_default());
        }
        if decoder.total_out() > MAX_BYTES {
            return None;
        }
        if written == 0 || !matches!(status, Ok(Status::Ok | Status::BufError)) {
            return Some(out);
        }
    }
}
