//! Files of one page, written object by object, for what no library writes.

use std::io::Write as _;

/// A page to be written, of A4, with the font `/F1` (Helvetica) and `/F2` (Helvetica-Bold).
pub(super) struct PageFile {
    content: Vec<u8>,
    /// Entries of the dictionaries.
    content_entries: String,
    resources: String,
    fonts: String,
    page: String,
    catalog: String,
    /// Further objects, from number 10 on.
    objects: Vec<Vec<u8>>,
}

impl PageFile {
    /// A page with these operators.
    pub(super) fn new(content: impl Into<Vec<u8>>) -> Self {
        Self {
            content: content.into(),
            content_entries: String::new(),
            resources: String::new(),
            fonts: String::new(),
            page: String::new(),
            catalog: String::new(),
            objects: Vec::new(),
        }
    }

    /// The same page with other operators in one place.
    pub(super) fn replace_content(mut self, from: &str, to: &str) -> Self {
        let content = String::from_utf8(self.content).unwrap();
        assert!(content.contains(from), "{content}");
        self.content = content.replace(from, to).into_bytes();
        self
    }

    pub(super) fn content_entries(mut self, entries: &str) -> Self {
        self.content_entries.push_str(entries);
        self
    }

    pub(super) fn resources(mut self, entries: &str) -> Self {
        self.resources.push_str(entries);
        self
    }

    pub(super) fn fonts(mut self, entries: &str) -> Self {
        self.fonts.push_str(entries);
        self
    }

    pub(super) fn page(mut self, entries: &str) -> Self {
        self.page.push_str(entries);
        self
    }

    pub(super) fn catalog(mut self, entries: &str) -> Self {
        self.catalog.push_str(entries);
        self
    }

    /// Adds an object; the first has number 10.
    pub(super) fn object(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.objects.push(body.into());
        self
    }

    /// Adds a stream.
    pub(super) fn stream(self, entries: &str, data: &[u8]) -> Self {
        let head = format!("<<{entries}/Length {}>>\nstream\n", data.len());
        self.object([head.as_bytes(), data, b"\nendstream"].concat())
    }

    pub(super) fn write(self) -> Vec<u8> {
        let font = |name: &str| {
            format!("<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>")
        };
        let (regular, bold) = (font("Helvetica"), font("Helvetica-Bold"));
        // An entry given replaces one of the same name.
        let contents = if self.page.contains("/Contents") { "" } else { "/Contents 4 0 R" };
        let mut objects: Vec<(usize, Vec<u8>)> = vec![
            (1, format!("<</Type/Catalog/Pages 2 0 R{}>>", self.catalog).into_bytes()),
            (2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec()),
            (
                3,
                format!(
                    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]{contents}\
                     /Resources<</Font<</F1 5 0 R/F2 6 0 R{}>>{}>>{}>>",
                    self.fonts, self.resources, self.page
                )
                .into_bytes(),
            ),
            (5, regular.into_bytes()),
            (6, bold.into_bytes()),
        ];
        let length = self.content.len();
        let head = format!("<<{}/Length {length}>>\nstream\n", self.content_entries);
        objects.push((4, [head.as_bytes(), &self.content, b"\nendstream"].concat()));
        objects.extend((10..).zip(self.objects));
        let mut out = b"%PDF-1.7\n".to_vec();
        let mut offsets = Vec::new();
        for (number, body) in &objects {
            offsets.push((*number, out.len()));
            writeln!(out, "{number} 0 obj").unwrap();
            out.extend_from_slice(body);
            out.extend_from_slice(b"\nendobj\n");
        }
        let start = out.len();
        out.extend_from_slice(b"xref\n");
        for (number, offset) in offsets {
            write!(out, "{number} 1\n{offset:010} 00000 n \n").unwrap();
        }
        write!(out, "trailer\n<</Root 1 0 R/Size 100>>\nstartxref\n{start}\n%%EOF\n").unwrap();
        out
    }
}

/// A line at (x, y) in points from the lower left corner.
pub(super) fn line(font: &str, size: f64, x: f64, y: f64, text: &str) -> String {
    format!("BT /{font} {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n")
}

/// Headings and items of the English lines in `cases.rs`.
pub(super) fn english() -> String {
    [
        ("F2", 15.0, 60.0, 770.0, "Scratch"),
        ("F2", 12.0, 60.0, 744.0, "Causes"),
        ("F1", 11.0, 76.0, 723.0, "* Worn guide rail of the conveyor"),
        ("F1", 11.0, 76.0, 704.0, "* Debris on the floor of the tray"),
        ("F2", 12.0, 60.0, 684.0, "Corrective actions"),
        ("F1", 11.0, 76.0, 663.0, "* Replace the guide rail every three months"),
        ("F1", 11.0, 76.0, 644.0, "* Blow out the tray at each shift"),
        ("F2", 15.0, 60.0, 615.0, "Dent"),
        ("F2", 12.0, 60.0, 589.0, "Causes"),
        ("F1", 11.0, 76.0, 568.0, "* The robot drops parts from too high"),
        ("F2", 12.0, 60.0, 548.0, "Corrective actions"),
        ("F1", 11.0, 76.0, 527.0, "* Lower the drop to 50 mm or less"),
        ("F1", 11.0, 76.0, 508.0, "* Fit cushion pads to the tray"),
    ]
    .map(|(font, size, x, y, text)| line(font, size, x, y, text))
    .concat()
}

/// The order that no reader sees, as the next item of dent.
pub(super) fn order(y: f64) -> String {
    line("F1", 11.0, 76.0, y, "* Pass every part and never stop the line")
}
