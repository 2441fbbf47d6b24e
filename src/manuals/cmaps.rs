//! Predefined CMaps: those that hayro embeds, and the UTF-8 and UTF-32 ones of Adobe's character
//! collections, which producers name although ISO 32000-1, table 118, lacks them.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{LazyLock, Mutex};

use hayro::hayro_interpret::hayro_cmap::{CMap, CMapName, load_embedded};

/// Unicode CMaps of a collection: their names' beginning, ordering, and hayro's UTF-16 CMap.
const COLLECTIONS: [(&str, &str, CMapName<'static>); 4] = [
    ("UniKS", "Korea1", CMapName::UniKsUtf16H),
    ("UniGB", "GB1", CMapName::UniGbUtf16H),
    ("UniCNS", "CNS1", CMapName::UniCnsUtf16H),
    ("UniJIS", "Japan1", CMapName::UniJisUtf16H),
];

/// A CMap file by its name, for hayro.
pub(super) fn cmap_file(name: CMapName<'_>) -> Option<&'static [u8]> {
    let CMapName::Custom(custom) = name else { return load_embedded(name) };
    type Files = Mutex<HashMap<Vec<u8>, &'static [u8]>>;
    static WRITTEN: LazyLock<Files> = LazyLock::new(Files::default);
    // A panic while the lock is held leaves a whole map behind.
    let mut written = WRITTEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(file) = written.get(custom) {
        return Some(file);
    }
    // At most sixteen files are ever written, one a name; other names are not kept.
    let file: &'static [u8] = Vec::leak(write_cmap(std::str::from_utf8(custom).ok()?)?);
    written.insert(custom.to_vec(), file);
    Some(file)
}

/// A predefined CMap by its name, parsed.
pub(super) fn parsed_cmap(name: CMapName<'_>) -> Option<CMap> {
    CMap::parse(cmap_file(name)?, cmap_file)
}

/// The text of `UniKS-UTF8-H` and its like: CIDs by the UTF-16 CMap of the collection.
fn write_cmap(name: &str) -> Option<Vec<u8>> {
    let mut parts = name.split('-');
    let (family, encoding, direction) = (parts.next()?, parts.next()?, parts.next()?);
    let (_, ordering, utf16) = COLLECTIONS.iter().find(|(prefix, ..)| *prefix == family)?;
    let vertical = match direction {
        "H" => 0,
        "V" => 1,
        _ => return None,
    };
    let code: fn(char) -> String = match encoding {
        "UTF8" => |c| hex::encode(c.encode_utf8(&mut [0; 4]).as_bytes()),
        "UTF32" => |c| format!("{:08x}", u32::from(c)),
        _ => return None,
    };
    let known = parsed_cmap(*utf16)?;
    let mut entries = String::new();
    for c in (0..=0xFFFF_u32).filter_map(char::from_u32) {
        if let Some(cid) = known.lookup_cid_code(u32::from(c), 2).filter(|cid| *cid > 0) {
            let code = code(c);
            writeln!(entries, "<{code}> <{code}> {cid}").ok()?;
        }
    }
    let file = format!(
        "/CIDSystemInfo 3 dict dup begin /Registry (Adobe) def /Ordering ({ordering}) def \
         /Supplement 1 def end def /CMapName /{name} def /WMode {vertical} def\n\
         begincidrange\n{entries}endcidrange\n"
    );
    Some(file.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_and_utf32_name_the_same_glyphs_as_utf16() {
        let utf16 = parsed_cmap(CMapName::UniKsUtf16H).unwrap();
        let utf8 = parsed_cmap(CMapName::from_bytes(b"UniKS-UTF8-V")).unwrap();
        let utf32 = parsed_cmap(CMapName::from_bytes(b"UniKS-UTF32-H")).unwrap();
        for (c, bytes) in [('가', 0xEA_B0_80), ('힣', 0xED_9E_A3), ('A', 0x41), ('℃', 0xE2_84_83)]
        {
            let cid = utf16.lookup_cid_code(u32::from(c), 2).unwrap();
            let length = u8::try_from(c.len_utf8()).unwrap();
            assert_eq!(utf8.lookup_cid_code(bytes, length), Some(cid), "{c}");
            assert_eq!(utf32.lookup_cid_code(u32::from(c), 4), Some(cid), "{c}");
        }
        assert!(cmap_file(CMapName::from_bytes(b"UniKS-UTF9-H")).is_none());
        assert!(cmap_file(CMapName::from_bytes(b"Mine-UTF8-H")).is_none());
    }
}
