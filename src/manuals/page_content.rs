//! The content of a page, unpacked as far as it is sound, with what no viewer stops at taken out.

use std::collections::HashSet;

use flate2::{Decompress, FlushDecompress, Status};
use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::dict::keys;
use hayro::hayro_syntax::object::{Array, Dict, Name, Object, Stream};
use hayro::hayro_syntax::page::Page;

use super::content_repair::repair;

/// The most bytes that the content of one page may unpack to.
const MAX_CONTENT_BYTES: usize = 64 << 20;

/// The content streams of a page, joined.
pub(super) struct PageContent {
    pub(super) bytes: Vec<u8>,
    /// Whether nothing of it is missing or makes no sense.
    pub(super) is_whole: bool,
}

/// Unpacks the content of a page.
pub(super) fn page_content(page: &Page<'_>) -> PageContent {
    let mut bytes = Vec::new();
    let mut is_whole = true;
    let mut push = |stream: Option<Stream<'_>>| match stream.map(|stream| unpack(&stream)) {
        Some(Unpacked { bytes: part, is_whole: whole }) if bytes.len() < MAX_CONTENT_BYTES => {
            bytes.extend_from_slice(&part);
            // A stream may end within a line, but not within a token.
            bytes.push(b'\n');
            is_whole &= whole;
        }
        _ => is_whole = false,
    };
    if let Some(array) = page.raw().get::<Array<'_>>(keys::CONTENTS) {
        let parts = array.raw_iter().count();
        let mut streams = array.iter::<Stream<'_>>();
        for _ in 0..parts {
            push(streams.next());
        }
    } else if page.raw().contains_key(keys::CONTENTS) {
        push(page.raw().get::<Stream<'_>>(keys::CONTENTS));
    }
    let repaired = repair(&bytes);
    is_whole &= repaired.is_whole;
    if let Some(repaired) = repaired.bytes {
        bytes = repaired;
    }
    PageContent { bytes, is_whole }
}

/// A stream as far as it can be unpacked.
pub(super) struct Unpacked {
    pub(super) bytes: Vec<u8>,
    pub(super) is_whole: bool,
}

/// Unpacks a stream that is no picture.
pub(super) fn unpack(stream: &Stream<'_>) -> Unpacked {
    let is_deflate_alone = stream.filters().as_slice() == [Filter::FlateDecode]
        && !stream.dict().contains_key(keys::DECODE_PARMS);
    if is_deflate_alone {
        return inflate(&stream.raw_data());
    }
    match stream.decoded_data() {
        // hayro leaves out filters that it does not know.
        Ok(bytes) => Unpacked {
            bytes: bytes.into_owned(),
            is_whole: filter_count(stream) == stream.filters().len(),
        },
        Err(_) => Unpacked { bytes: Vec::new(), is_whole: false },
    }
}

/// How many filters a stream names.
fn filter_count(stream: &Stream<'_>) -> usize {
    match stream.dict().get::<Object<'_>>(keys::FILTER) {
        Some(Object::Array(filters)) => filters.raw_iter().count(),
        Some(Object::Name(_)) => 1,
        _ => 0,
    }
}

/// Unpacks deflated data (RFC 1950) as far as they go. A wrong checksum at their end is passed
/// over, as viewers do: the data are all there.
fn inflate(packed: &[u8]) -> Unpacked {
    const CHUNK: usize = 64 << 10;
    const ZLIB_HEADER: usize = 2;
    let body = packed.get(ZLIB_HEADER..).unwrap_or_default();
    let mut raw = Decompress::new(false);
    let mut bytes = Vec::new();
    loop {
        let done = usize::try_from(raw.total_in()).unwrap_or(usize::MAX);
        let Some(rest) = body.get(done..) else { break };
        bytes.reserve(CHUNK);
        let before = bytes.len();
        match raw.decompress_vec(rest, &mut bytes, FlushDecompress::None) {
            Ok(Status::StreamEnd) => return Unpacked { bytes, is_whole: true },
            Ok(_) if bytes.len() > before && bytes.len() < MAX_CONTENT_BYTES => {}
            // The data end early, or they are no deflated data from here on.
            Ok(_) | Err(_) => break,
        }
    }
    Unpacked { bytes, is_whole: false }
}

/// Whether any form of `resources`, or a form in one, cannot be unpacked.
pub(super) fn has_broken_form(resources: &Dict<'_>) -> bool {
    let mut seen = HashSet::new();
    let mut pending = vec![resources.clone()];
    while let Some(objects) = pending.pop().map(|own| own.get::<Dict<'_>>(keys::XOBJECT)) {
        for name in objects.iter().flat_map(Dict::keys) {
            let stream = objects.as_ref().and_then(|all| all.get::<Stream<'_>>(name.as_ref()));
            let Some(stream) = stream else { return true };
            let subtype = stream.dict().get::<Name<'_>>(keys::SUBTYPE);
            let is_form = subtype.is_some_and(|subtype| subtype.as_ref() == keys::FORM);
            if !is_form || !seen.insert(stream.obj_id()) {
                continue;
            }
            if !unpack(&stream).is_whole {
                return true;
            }
            pending.extend(stream.dict().get::<Dict<'_>>(keys::RESOURCES));
        }
    }
    false
}
