//! The clipboard, taken as if its files had been dropped on the window. A picture in it becomes a
//! file, so that the picture can be opened again as any other.

use std::path::{Path, PathBuf};

use egui::{ColorImage, Context};
use image::{ImageResult, Rgb, RgbImage};
use jiff::Zoned;
use url::Url;

use crate::background_task::BackgroundTask;
use crate::command::Clip;
use crate::tab_context::TabContext;
use fettle_engine::ScratchFolder;

/// The outcome of a paste.
#[derive(Debug, Default)]
struct Pasted {
    files: Vec<PathBuf>,
    /// Why a picture could not be written.
    error: Option<String>,
}

/// Reads pastes into files, and holds the pictures pasted since the window opened. The workspace
/// keeps copies of the inspected ones; the files themselves go with the window.
pub(crate) struct Clipboard {
    folder: Option<ScratchFolder>,
    reading: Option<BackgroundTask<Pasted>>,
    /// Reads the system's clipboard as files; a picture in it is written to the given folder.
    pub(crate) read_system: fn(&Path) -> ImageResult<Vec<PathBuf>>,
}

impl Default for Clipboard {
    fn default() -> Self {
        Self { folder: None, reading: None, read_system }
    }
}

impl Clipboard {
    /// Begins to read `clip`.
    pub(crate) fn paste(&mut self, ctx: &Context, cx: &mut TabContext<'_>, clip: Clip) {
        if self.folder.is_none() {
            // In the workspace: the pictures are as confidential as all others there.
            match ScratchFolder::new(&cx.engine.workspace().scratch_dir()) {
                Ok(folder) => self.folder = Some(folder),
                Err(error) => return show_error(cx, &error.to_string()),
            }
        }
        let Some(folder) = &self.folder else { return };
        let folder = folder.path().to_owned();
        let read_system = self.read_system;
        self.reading = BackgroundTask::start(ctx, move || match read(clip, &folder, read_system) {
            Ok(files) => Pasted { files, error: None },
            Err(error) => Pasted { files: Vec::new(), error: Some(error.to_string()) },
        });
    }

    /// The pasted files, once they are read. Where there are none, a toast says why.
    pub(crate) fn poll(&mut self, cx: &mut TabContext<'_>) -> Option<Vec<PathBuf>> {
        let Pasted { files, error } = self.reading.as_ref().and_then(BackgroundTask::poll)?;
        self.reading = None;
        if let Some(error) = error {
            show_error(cx, &error);
            return None;
        }
        if files.is_empty() {
            cx.toasts.error(cx.text("paste-nothing"));
            return None;
        }
        Some(files)
    }
}

fn show_error(cx: &mut TabContext<'_>, reason: &str) {
    let text = cx.localizer.with("paste-failed", &[("reason", reason.to_owned().into())]);
    cx.toasts.error(text);
}

fn read(
    clip: Clip,
    folder: &Path,
    read_system: fn(&Path) -> ImageResult<Vec<PathBuf>>,
) -> ImageResult<Vec<PathBuf>> {
    match clip {
        Clip::Picture(picture) => Ok(vec![write(folder, &to_rgb(&picture))?]),
        Clip::Text(text) => match files_named_in(&text) {
            files if files.is_empty() => read_system(folder),
            files => Ok(files),
        },
        Clip::Clipboard => read_system(folder),
    }
}

/// The files of the system's clipboard, else its picture as a file, else the files that its text
/// names.
fn read_system(folder: &Path) -> ImageResult<Vec<PathBuf>> {
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
        return Ok(vec![write(folder, &to_rgb(&picture))?]);
    }
    Ok(clipboard.get_text().map(|text| files_named_in(&text)).unwrap_or_default())
}

/// The existing files that a text names, one a line, as absolute paths or `file:` URLs.
fn files_named_in(text: &str) -> Vec<PathBuf> {
    let named = text.lines().filter_map(|line| {
        let line = line.trim().trim_matches('"');
        match line.starts_with("file:") {
            true => Url::parse(line).ok()?.to_file_path().ok(),
            false => Some(PathBuf::from(line)),
        }
    });
    named.filter(|file| file.is_absolute() && file.exists()).collect()
}

/// The colours without their transparency, as image files are read everywhere.
fn to_rgb(picture: &ColorImage) -> RgbImage {
    let [width, height] = picture.size.map(|side| side as u32);
    let mut pixels = picture.pixels.iter().map(|pixel| {
        let [r, g, b, _] = pixel.to_srgba_unmultiplied();
        Rgb([r, g, b])
    });
    RgbImage::from_fn(width, height, |_, _| pixels.next().unwrap_or(Rgb([0; 3])))
}

/// Writes a picture as PNG, named after the present time.
fn write(folder: &Path, picture: &RgbImage) -> ImageResult<PathBuf> {
    let name = Zoned::now().strftime("pasted %Y-%m-%d %H-%M-%S%.3f").to_string();
    let path = folder.join(format!("{name}.png"));
    picture.save(&path)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

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
            assert_eq!(files_named_in(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_picture_becomes_a_file_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let picture =
            ColorImage::from_rgba_unmultiplied([2, 1], &[9, 8, 7, 255, 200, 100, 50, 255]);
        let files = read(Clip::Picture(Arc::new(picture)), folder.path(), read_system).unwrap();
        let [file] = files.as_slice() else { panic!("{files:?}") };
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with("pasted 20") && name.ends_with(".png"), "{name}");
        let read = image::open(file).unwrap().to_rgb8();
        assert_eq!(read.into_raw(), [9, 8, 7, 200, 100, 50]);
    }
}
