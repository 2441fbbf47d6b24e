//! Files that come in: streamed to the disk, under names of their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use super::app_state::AppState;
use super::failure::Failure;
use fettle_domain::printable_line;
use fettle_engine::ScratchFolder;

/// Bytes of one file, at most: what the engine reads of a manual.
pub(crate) const MAX_FILE_BYTES: u64 = 256_000_000;
/// Bytes of one text field, at most.
const MAX_TEXT_BYTES: usize = 64 * 1024;
/// Fields of a form, at most.
const MAX_FIELDS: usize = 64;
/// Bytes of a file's name that are kept, of the 255 that file systems have: Korean letters take three, and
/// more where a Mac wrote them.
const NAME_BYTES: usize = 200;

/// A file that came in. It goes with the value.
#[derive(Debug)]
pub(crate) struct UploadedFile {
    /// Where it lies: alone in a folder of its own, under its caller's name.
    pub(crate) path: PathBuf,
    /// Its name, as the caller has it, without folders.
    pub(crate) name: String,
    _folder: ScratchFolder,
}

impl UploadedFile {
    /// A copy of a file of the workspace, under its own name: what an inspection reads must not
    /// change meanwhile.
    ///
    /// # Errors
    /// [`Failure::Storage`].
    pub(crate) async fn copy_of(state: &AppState, file: &Path) -> Result<Self, Failure> {
        let name = clean_name(&file.file_name().unwrap_or_default().to_string_lossy());
        let folder = scratch_folder(state).await?;
        let path = folder.path().join(&name);
        tokio::fs::copy(file, &path).await.map_err(Failure::Storage)?;
        Ok(Self { path, name, _folder: folder })
    }
}

/// A folder for a while.
///
/// # Errors
/// [`Failure::Storage`].
pub(crate) async fn scratch_folder(state: &AppState) -> Result<ScratchFolder, Failure> {
    let scratch = state.engine().workspace().scratch_dir();
    let made = tokio::task::spawn_blocking(move || ScratchFolder::new(&scratch)).await;
    made.map_err(std::io::Error::other).and_then(|made| made).map_err(Failure::Storage)
}

/// The fields of a form (`multipart/form-data`, RFC 7578).
#[derive(Debug, Default)]
pub(crate) struct Form {
    files: BTreeMap<String, Vec<UploadedFile>>,
    texts: BTreeMap<String, String>,
}

impl Form {
    /// Reads the form; files are streamed to the disk.
    ///
    /// # Errors
    /// A form that breaks off or is none, or more than is taken, or a full disk.
    pub(crate) async fn read(state: &AppState, mut multipart: Multipart) -> Result<Self, Failure> {
        let mut form = Self::default();
        for _ in 0..MAX_FIELDS {
            let Some(field) = multipart.next_field().await.map_err(unreadable)? else {
                return Ok(form);
            };
            let name = field.name().unwrap_or_default().to_owned();
            match field.file_name().map(clean_name) {
                Some(file_name) => {
                    let file = store(state, field, file_name).await?;
                    form.files.entry(name).or_default().push(file);
                }
                None => {
                    let text = read_text(field).await?;
                    form.texts.insert(name, text);
                }
            }
        }
        Err(Failure::BadRequest(format!("more than {MAX_FIELDS} fields")))
    }

    /// As [`Self::read`], of a form that has these fields and no others: a misspelt one would be passed over unseen.
    ///
    /// # Errors
    /// Those of [`Self::read`], and [`Failure::BadRequest`].
    pub(crate) async fn read_only(
        state: &AppState,
        multipart: Multipart,
        fields: &[&str],
    ) -> Result<Self, Failure> {
        let form = Self::read(state, multipart).await?;
        let mut given = form.files.keys().chain(form.texts.keys());
        match given.find(|name| !fields.contains(&name.as_str())) {
            None => Ok(form),
            Some(other) => {
                let (other, fields) = (printable_line(other), fields.join(", "));
                Err(Failure::BadRequest(format!(
                    "unknown field '{other}', expected one of: {fields}"
                )))
            }
        }
    }

    /// The file of this field.
    ///
    /// # Errors
    /// [`Failure::MissingField`].
    pub(crate) fn file(&mut self, field: &'static str) -> Result<UploadedFile, Failure> {
        self.files_of(field).into_iter().next().ok_or(Failure::MissingField(field))
    }

    /// All files of this field.
    pub(crate) fn files_of(&mut self, field: &str) -> Vec<UploadedFile> {
        self.files.remove(field).unwrap_or_default()
    }

    /// The text of this field; `None` where it is absent or empty.
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.texts.get(field).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    /// The text of this field as a value; `None` where it is absent or empty.
    ///
    /// # Errors
    /// [`Failure::BadValue`] with the message `expected`.
    pub(crate) fn value<T: std::str::FromStr>(
        &self,
        field: &'static str,
        expected: &'static str,
    ) -> Result<Option<T>, Failure> {
        let text = self.text(field).map(str::parse);
        text.transpose().map_err(|_| Failure::BadValue { field, expected })
    }
}

/// Streams a file to the disk.
async fn store(
    state: &AppState,
    mut field: Field<'_>,
    name: String,
) -> Result<UploadedFile, Failure> {
    let folder = scratch_folder(state).await?;
    let path = folder.path().join(&name);
    let mut file = File::create_new(&path).await.map_err(Failure::Storage)?;
    let mut bytes = 0;
    while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
        bytes += chunk.len() as u64;
        if bytes > MAX_FILE_BYTES {
            return Err(Failure::BodyTooLarge(MAX_FILE_BYTES));
        }
        file.write_all(&chunk).await.map_err(Failure::Storage)?;
    }
    file.flush().await.map_err(Failure::Storage)?;
    Ok(UploadedFile { path, name, _folder: folder })
}

async fn read_text(mut field: Field<'_>) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
        if bytes.len() + chunk.len() > MAX_TEXT_BYTES {
            return Err(Failure::BodyTooLarge(MAX_TEXT_BYTES as u64));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|error| Failure::BadRequest(error.to_string()))
}

fn unreadable(error: MultipartError) -> Failure {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::BodyTooLarge(MAX_FILE_BYTES),
        _ => Failure::BadRequest(error.body_text()),
    }
}

/// The name of a file without folders, without letters that no file system or terminal wants, and
/// not too long.
pub(crate) fn clean_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let printable = printable_line(last);
    let kept: String = printable
        .chars()
        .filter(|letter| !matches!(letter, ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\0'))
        .collect();
    let kept = kept.trim();
    // The ending stays.
    let least = kept.len().saturating_sub(NAME_BYTES);
    let from = (least..kept.len()).find(|at| kept.is_char_boundary(*at)).unwrap_or(kept.len());
    let kept = kept.get(from..).unwrap_or_default().trim_start_matches('.');
    match kept.is_empty() {
        true => "upload".to_owned(),
        false => kept.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_uploads_are_names_of_files() {
        let long = format!("{}.png", "가".repeat(300));
        let cases = [
            ("part.png", "part.png"),
            ("C:\\fotos\\부품 1.png", "부품 1.png"),
            ("../../etc/passwd", "passwd"),
            ("..", "upload"),
            (".hidden.png", "hidden.png"),
            ("", "upload"),
            ("a/", "upload"),
            ("what?.png", "what.png"),
        ];
        for (given, expected) in cases {
            assert_eq!(clean_name(given), expected);
        }
        for long in [long, format!("{}.png", "\u{1100}\u{1161}\u{11a8}".repeat(90))] {
            let kept = clean_name(&long);
            assert!(kept.len() <= NAME_BYTES && kept.ends_with(".png"), "{kept}");
            assert!(kept.len() > NAME_BYTES - 4, "{kept}");
        }
    }
}
