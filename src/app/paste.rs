//! The clipboard, taken as if its files had been dropped on the window. A picture in it becomes a
//! file of its own, so that it can be looked at again as any other.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{ColorImage, Context, Event, Id, Key};
use image::{Rgb, RgbImage};
use jiff::Zoned;
use tempfile::TempDir;
use url::Url;

use super::aside::Aside;
use super::desk::Desk;

/// So long after a paste the release of its key is no other one.
const HELD_S: f64 = 1.0;

/// What is pasted.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Clip {
    /// Whatever the system's clipboard holds.
    Clipboard,
    /// This text; where it names no files, whatever else the clipboard holds.
    Text(String),
    /// This picture.
    Picture(Arc<ColorImage>),
}

/// What is known of the letter of Ctrl+V.
#[derive(Debug, Clone, Copy, Default)]
struct Letter {
    /// It was pressed as a letter.
    held: bool,
    /// When it was told as a paste, in egui's time.
    told_at: Option<f64>,
}

/// What was pasted since the last frame. Ctrl+V comes as text or as a picture. Where the clipboard
/// holds neither (files alone, or nothing), all that comes is the release of a letter that was
/// never pressed.
pub(super) fn pressed(ctx: &Context) -> Option<Clip> {
    let id = Id::unique("paste_letter");
    let mut letter: Letter = ctx.data(|data| data.get_temp(id)).unwrap_or_default();
    let mut pasted = None;
    ctx.input(|input| {
        for event in &input.events {
            let clip = match event {
                Event::Paste(text) => Clip::Text(text.clone()),
                Event::PasteImage(picture) => Clip::Picture(Arc::clone(picture)),
                Event::Key { key: Key::V, pressed: true, modifiers, .. } => {
                    letter.held = true;
                    match modifiers.command {
                        true => Clip::Clipboard,
                        false => continue,
                    }
                }
                Event::Key { key: Key::V, pressed: false, .. } => {
                    let was_told = letter.told_at.is_some_and(|at| input.time - at < HELD_S);
                    match std::mem::take(&mut letter.held) || was_told {
                        true => continue,
                        false => Clip::Clipboard,
                    }
                }
                _ => continue,
            };
            letter.told_at = Some(input.time);
            pasted.get_or_insert(clip);
        }
    });
    ctx.data_mut(|data| data.insert_temp(id, letter));
    pasted
}

/// What came of a paste.
#[derive(Debug, Default)]
struct Taken {
    files: Vec<PathBuf>,
    /// Why a picture could not be written.
    error: Option<String>,
}

/// Pastes under way, and the pictures pasted since the window opened. Those inspected are kept by
/// the workspace; these files go with the window.
pub(super) struct Pasting {
    folder: Option<TempDir>,
    taking: Option<Aside<Taken>>,
    /// The files of the system's clipboard; a picture in it is written to this folder.
    pub(super) clipboard: fn(&Path) -> image::ImageResult<Vec<PathBuf>>,
}

impl Default for Pasting {
    fn default() -> Self {
        Self { folder: None, taking: None, clipboard }
    }
}

impl Pasting {
    /// Begins to take `clip`.
    pub(super) fn take(&mut self, ctx: &Context, desk: &mut Desk<'_>, clip: Clip) {
        if self.folder.is_none() {
            match TempDir::with_prefix("fettle-pasted-") {
                Ok(folder) => self.folder = Some(folder),
                Err(error) => return refuse(desk, &error.to_string()),
            }
        }
        let Some(folder) = &self.folder else { return };
        let folder = folder.path().to_owned();
        let clipboard = self.clipboard;
        self.taking = Aside::start(ctx, move || match files(clip, &folder, clipboard) {
            Ok(files) => Taken { files, error: None },
            Err(error) => Taken { files: Vec::new(), error: Some(error.to_string()) },
        });
    }

    /// The files pasted, once they are known; where there are none it is said why.
    pub(super) fn poll(&mut self, desk: &mut Desk<'_>) -> Option<Vec<PathBuf>> {
        let Taken { files, error } = self.taking.as_ref().and_then(Aside::poll)?;
        self.taking = None;
        if let Some(error) = error {
            refuse(desk, &error);
            return None;
        }
        if files.is_empty() {
            desk.toasts.error(desk.text("paste-nothing"));
            return None;
        }
        Some(files)
    }
}

fn refuse(desk: &mut Desk<'_>, reason: &str) {
    let text = desk.words.with("paste-failed", &[("reason", reason.to_owned().into())]);
    desk.toasts.error(text);
}

fn files(
    clip: Clip,
    folder: &Path,
    clipboard: fn(&Path) -> image::ImageResult<Vec<PathBuf>>,
) -> image::ImageResult<Vec<PathBuf>> {
    match clip {
        Clip::Picture(picture) => Ok(vec![write(folder, &picture_of(&picture))?]),
        Clip::Text(text) => match named_in(&text) {
            files if files.is_empty() => clipboard(folder),
            files => Ok(files),
        },
        Clip::Clipboard => clipboard(folder),
    }
}

/// The files of the system's clipboard, else its picture as one, else the files that its text
/// names.
fn clipboard(folder: &Path) -> image::ImageResult<Vec<PathBuf>> {
    let mut clipboard = match arboard::Clipboard::new() {
        Ok(clipboard) => clipboard,
        Err(error) => {
            tracing::warn!(%error, "no clipboard");
            return Ok(Vec::new());
        }
    };
    let files = clipboard.get().file_list().unwrap_or_default();
    let files: Vec<PathBuf> = files.into_iter().filter(|file| file.exists()).collect();
    if !files.is_empty() {
        return Ok(files);
    }
    if let Ok(picture) = clipboard.get_image() {
        let size = [picture.width, picture.height];
        let picture = ColorImage::from_rgba_unmultiplied(size, &picture.bytes);
        return Ok(vec![write(folder, &picture_of(&picture))?]);
    }
    Ok(clipboard.get_text().map(|text| named_in(&text)).unwrap_or_default())
}

/// The files that are there of those that a text names, one a line, as paths or as addresses.
fn named_in(text: &str) -> Vec<PathBuf> {
    let named = text.lines().filter_map(|line| {
        let line = line.trim().trim_matches('"');
        match line.starts_with("file:") {
            true => Url::parse(line).ok()?.to_file_path().ok(),
            false => Some(PathBuf::from(line)),
        }
    });
    named.filter(|file| file.is_absolute() && file.exists()).collect()
}

/// Without its transparency, as images are read everywhere.
fn picture_of(picture: &ColorImage) -> RgbImage {
    let [width, height] = picture.size.map(|side| side as u32);
    let mut pixels = picture.pixels.iter().map(|pixel| {
        let [r, g, b, _] = pixel.to_srgba_unmultiplied();
        Rgb([r, g, b])
    });
    RgbImage::from_fn(width, height, |_, _| pixels.next().unwrap_or(Rgb([0; 3])))
}

/// Writes a picture under the time's name.
fn write(folder: &Path, picture: &RgbImage) -> image::ImageResult<PathBuf> {
    let name = Zoned::now().strftime("pasted %Y-%m-%d %H-%M-%S%.3f").to_string();
    let path = folder.join(format!("{name}.png"));
    picture.save(&path)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_paths_and_addresses() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, "-").unwrap();
            path
        };
        let (a, b) = (file("a.png"), file("부품 1.png"));
        let address = |path: &Path| Url::from_file_path(path).unwrap().to_string();
        // Given, expected.
        for (text, expected) in [
            (a.display().to_string(), vec![a.clone()]),
            (format!("\"{}\"\r\n{}\n", b.display(), a.display()), vec![b.clone(), a.clone()]),
            // As file managers copy.
            (format!("copy\n{}", address(&b)), vec![b.clone()]),
            ("a.png".to_owned(), vec![]),
            (folder.path().join("gone.png").display().to_string(), vec![]),
            ("https://example.org/a.png".to_owned(), vec![]),
            (String::new(), vec![]),
        ] {
            assert_eq!(named_in(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_picture_becomes_a_file_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let picture =
            ColorImage::from_rgba_unmultiplied([2, 1], &[9, 8, 7, 255, 200, 100, 50, 255]);
        let files = files(Clip::Picture(Arc::new(picture)), folder.path(), clipboard).unwrap();
        let [file] = files.as_slice() else { panic!("{files:?}") };
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with("pasted 20") && name.ends_with(".png"), "{name}");
        let read = image::open(file).unwrap().to_rgb8();
        assert_eq!(read.into_raw(), [9, 8, 7, 200, 100, 50]);
    }
}
