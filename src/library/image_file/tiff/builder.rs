//! Writes TIFFs for tests: of both versions and byte orders, with any tags.

/// A value of a tag.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tagged {
    /// Numbers of 16 bits.
    Shorts(Vec<u16>),
    /// Numbers of 32 bits.
    Longs(Vec<u32>),
    /// Floating-point numbers of 64 bits.
    Doubles(Vec<f64>),
}

/// A picture of a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Page {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Tags besides those of the size and of the strip.
    pub(crate) tags: Vec<(u16, Tagged)>,
    /// The bytes of its one strip, or of one strip a channel, where the tag 284 is 2.
    pub(crate) data: Vec<u8>,
    /// Pictures below it.
    pub(crate) below: Vec<Page>,
}

impl Page {
    /// A grey picture of bytes.
    pub(crate) fn grey(width: u32, height: u32, data: Vec<u8>) -> Self {
        Self { width, height, tags: vec![short(258, 8), short(262, 1)], data, below: Vec::new() }
    }

    /// With another tag, in place of one of the same number.
    pub(crate) fn with(mut self, tag: (u16, Tagged)) -> Self {
        self.tags.retain(|(number, _)| *number != tag.0);
        self.tags.push(tag);
        self
    }
}

/// A tag with one number of 16 bits.
pub(crate) fn short(tag: u16, value: u16) -> (u16, Tagged) {
    (tag, Tagged::Shorts(vec![value]))
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) big_endian: bool,
    pub(crate) big: bool,
}

/// The version that most files have.
pub(crate) const PLAIN: Version = Version { big_endian: false, big: false };

/// The bytes of a file with these pages.
pub(crate) fn tiff_of(version: Version, pages: &[Page]) -> Vec<u8> {
    let mut writer = Writer { version, bytes: Vec::new() };
    writer.bytes.extend(if version.big_endian { b"MM" } else { b"II" });
    writer.number(if version.big { 43 } else { 42 }, 2);
    if version.big {
        writer.number(8, 2);
        writer.number(0, 2);
    }
    let mut link = writer.bytes.len();
    writer.position(0);
    for page in pages {
        let (at, next) = writer.page(page);
        writer.put_position(link, at);
        link = next;
    }
    writer.bytes
}

struct Writer {
    version: Version,
    bytes: Vec<u8>,
}

impl Writer {
    fn digits(&self, number: u64, size: usize) -> Vec<u8> {
        match self.version.big_endian {
            true => number.to_be_bytes()[8 - size..].to_vec(),
            false => number.to_le_bytes()[..size].to_vec(),
        }
    }

    fn number(&mut self, number: u64, size: usize) {
        self.bytes.extend(self.digits(number, size));
    }

    fn position_size(&self) -> usize {
        if self.version.big { 8 } else { 4 }
    }

    fn position(&mut self, position: usize) {
        self.number(position as u64, self.position_size());
    }

    fn put_position(&mut self, at: usize, position: usize) {
        let digits = self.digits(position as u64, self.position_size());
        self.bytes[at..at + digits.len()].copy_from_slice(&digits);
    }

    /// Writes a page and returns its position and that of the link to the next.
    fn page(&mut self, page: &Page) -> (usize, usize) {
        let data = self.bytes.len();
        self.bytes.extend(&page.data);
        let below: Vec<u32> = page.below.iter().map(|page| self.page(page).0 as u32).collect();
        let channels = page.tags.iter().find_map(|(tag, value)| match (tag, value) {
            (277, Tagged::Shorts(count)) => Some(usize::from(count[0])),
            _ => None,
        });
        let strips = match page.tags.contains(&short(284, 2)) {
            true => channels.unwrap_or(1),
            false => 1,
        };
        let length = page.data.len() / strips;
        let long = |tag, value: u32| (tag, Tagged::Longs(vec![value]));
        let mut tags = vec![
            long(256, page.width),
            long(257, page.height),
            (273, Tagged::Longs((0..strips).map(|n| (data + n * length) as u32).collect())),
            long(278, page.height),
            (279, Tagged::Longs(vec![length as u32; strips])),
        ];
        if !below.is_empty() {
            tags.push((330, Tagged::Longs(below)));
        }
        tags.extend(page.tags.iter().cloned());
        tags.sort_by_key(|(tag, _)| *tag);
        let tags: Vec<(u16, u64, usize, Vec<u8>)> = tags
            .into_iter()
            .map(|(tag, value)| {
                let join = |numbers: Vec<Vec<u8>>| numbers.concat();
                let (kind, count, bytes) = match value {
                    Tagged::Shorts(all) => (
                        3,
                        all.len(),
                        join(all.iter().map(|n| self.digits((*n).into(), 2)).collect()),
                    ),
                    Tagged::Longs(all) => (
                        4,
                        all.len(),
                        join(all.iter().map(|n| self.digits((*n).into(), 4)).collect()),
                    ),
                    Tagged::Doubles(all) => (
                        12,
                        all.len(),
                        join(all.iter().map(|n| self.digits(n.to_bits(), 8)).collect()),
                    ),
                };
                (tag, kind, count, bytes)
            })
            .collect();
        // Long values stand before the directory.
        let places: Vec<usize> = tags
            .iter()
            .map(|(.., bytes)| {
                let at = self.bytes.len();
                if bytes.len() > self.position_size() {
                    self.bytes.extend(bytes);
                }
                at
            })
            .collect();
        let at = self.bytes.len();
        self.number(tags.len() as u64, if self.version.big { 8 } else { 2 });
        for ((tag, kind, count, bytes), place) in tags.into_iter().zip(places) {
            self.number(tag.into(), 2);
            self.number(kind, 2);
            self.position(count);
            if bytes.len() > self.position_size() {
                self.position(place);
            } else {
                let padding = self.position_size() - bytes.len();
                self.bytes.extend(bytes);
                self.bytes.extend(vec![0; padding]);
            }
        }
        let link = self.bytes.len();
        self.position(0);
        (at, link)
    }
}
