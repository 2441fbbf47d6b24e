//! Documents that are zip files of XML parts: Office Open XML (ECMA-376), OWPML (KS X 6101).

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use roxmltree::{Document, Node, ParsingOptions};
use zip::ZipArchive;

use super::damage::ManualDamage;
use super::error::{ManualsError, Result};
use super::steps::count_steps;

/// The most bytes that an XML part may unpack to.
const MAX_XML_BYTES: u64 = 64 << 20;
/// The most bytes that all parts may unpack to.
const MAX_BYTES: u64 = 1 << 30;
/// The most XML nodes of a part.
const MAX_NODES: u32 = 4_000_000;

/// The most bytes that a picture may unpack to.
const MAX_PICTURE_BYTES: u64 = 64 << 20;

/// The bytes of a part.
pub(super) enum PartBytes {
    Read(Vec<u8>),
    /// More than a part may have.
    TooLarge,
    /// There is no such part, or it is damaged.
    Broken,
}

/// A zip file of XML parts.
pub(super) struct Package<'a> {
    /// For messages only.
    path: PathBuf,
    zip: ZipArchive<Cursor<&'a [u8]>>,
}

impl<'a> Package<'a> {
    pub(super) fn open(path: &Path, bytes: &'a [u8]) -> Result<Self> {
        let zip = ZipArchive::new(Cursor::new(bytes));
        let zip =
            zip.map_err(|error| ManualsError::damaged(path, ManualDamage::structure(error)))?;
        Ok(Self { path: path.to_owned(), zip })
    }

    /// Names of the parts in `folder` that end in `.xml` and begin with `start`, by their number.
    pub(super) fn numbered(&self, folder: &str, start: &str) -> Vec<String> {
        let number = |name: &str| -> Option<u32> {
            let name = name.strip_prefix(folder)?.strip_prefix(start)?.strip_suffix(".xml")?;
            name.parse().ok()
        };
        let mut names: Vec<(u32, String)> = self
            .zip
            .file_names()
            .filter_map(|name| name.ok())
            .filter_map(|name| Some((number(&name)?, name.into_owned())))
            .collect();
        names.sort();
        names.into_iter().map(|(_, name)| name).collect()
    }

    /// Refuses a file of parts that unpack to more than any manual.
    pub(super) fn check_size(&mut self) -> Result<()> {
        let total: u64 = (0..self.zip.len())
            .filter_map(|at| self.zip.by_index_raw(at).ok().map(|entry| entry.size()))
            .fold(0, u64::saturating_add);
        if total > MAX_BYTES { Err(self.too_large(total, MAX_BYTES)) } else { Ok(()) }
    }

    fn too_large(&self, bytes: u64, limit: u64) -> ManualsError {
        ManualsError::TooLarge { path: self.path.clone(), bytes, limit }
    }

    /// The text of the part `name`, or `None` if there is no such part.
    pub(super) fn read(&mut self, name: &str) -> Result<Option<String>> {
        let damaged = |error: &dyn ToString| {
            ManualsError::damaged(&self.path, ManualDamage::structure(error.to_string()))
        };
        let entry = match self.zip.by_name(name) {
            Ok(entry) => entry,
            Err(zip::result::ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(damaged(&error)),
        };
        let mut bytes = Vec::new();
        let read = entry.take(MAX_XML_BYTES + 1).read_to_end(&mut bytes);
        if read.map_err(|error| damaged(&error))? as u64 > MAX_XML_BYTES {
            return Err(self.too_large(MAX_XML_BYTES + 1, MAX_XML_BYTES));
        }
        let (text, _, broken) = encoding_rs::UTF_8.decode(&bytes);
        if broken {
            Err(ManualsError::damaged(&self.path, ManualDamage::Encoding))
        } else {
            Ok(Some(text.into_owned()))
        }
    }

    /// The bytes of the part `name`, of a picture; `most` is what may be read at most.
    pub(super) fn read_bytes(&mut self, name: &str, most: u64) -> PartBytes {
        let Ok(entry) = self.zip.by_name(name) else { return PartBytes::Broken };
        let most = most.min(MAX_PICTURE_BYTES);
        let mut bytes = Vec::new();
        match entry.take(most + 1).read_to_end(&mut bytes) {
            Ok(read) if read as u64 > most => PartBytes::TooLarge,
            Ok(_) => PartBytes::Read(bytes),
            Err(_) => PartBytes::Broken,
        }
    }

    /// The tree of a part's text.
    pub(super) fn parse<'t>(&self, text: &'t str) -> Result<Document<'t>> {
        // DTDs are refused by default, so the only entities are the five of XML itself.
        let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
        Document::parse_with_options(text, options)
            .map_err(|error| ManualsError::damaged(&self.path, ManualDamage::structure(error)))
    }
}

/// The nodes below `node` in printed order; what is below those that `enters` refuses is left out. Each
/// node is visited once, so that whatever is nested in what takes time in proportion to its size.
pub(super) fn descend<'a, 'i>(
    node: Node<'a, 'i>,
    enters: impl Fn(Node<'a, 'i>) -> bool,
) -> impl Iterator<Item = Node<'a, 'i>> {
    let mut next = node.first_child();
    std::iter::from_fn(move || {
        let current = next?;
        count_steps(1);
        let inner = current.first_child().filter(|_| enters(current));
        next = inner.or_else(|| {
            let mut outer = current;
            while outer != node {
                if let Some(sibling) = outer.next_sibling() {
                    return Some(sibling);
                }
                outer = outer.parent()?;
            }
            None
        });
        Some(current)
    })
}

/// Elements by their local name. Strict documents use another namespace than transitional ones, so
/// namespaces are ignored.
pub(super) trait LocalName<'a> {
    /// Whether the node is an element of this local name.
    fn has_local_name(&self, name: &str) -> bool;
    /// The attribute of this local name.
    fn local_attribute(self, name: &str) -> Option<&'a str>;
}

impl<'a> LocalName<'a> for Node<'a, '_> {
    fn has_local_name(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }

    fn local_attribute(self, name: &str) -> Option<&'a str> {
        self.attributes().find(|attribute| attribute.name() == name).map(|found| found.value())
    }
}
