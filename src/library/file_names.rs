//! File names of images and manuals: product, defect and number are parts of the name.
//!
//! Defects of the replaced system may have a `_` in their names (`Open_Seam`); codes have a `-`
//! instead, because `_` separates the parts of a file name.

use std::path::Path;

use super::{LibraryError, Result};
use fettle_domain::{DefectCode, InvalidCode, ProductCode, has_image_extension, normal_form};

const DEFECT_NAME: &str = "<product>_<defect>_<number>.jpeg, .jpg, .png, .bmp, .tiff or .webp";
const MANUAL_NAME: &str = "<product>_<name>.pdf, .docx or .txt";

/// The code of a defect that the replaced system names.
pub(crate) fn legacy_defect_code(name: &str) -> std::result::Result<DefectCode, InvalidCode> {
    DefectCode::new(&name.replace('_', "-"))
}

/// Product and defect in the file name `<product>_<defect>_<n>.<ext>`.
pub(crate) fn parse_defect_image_name(path: &str) -> Result<(ProductCode, DefectCode)> {
    let unknown = || unknown_name(path, DEFECT_NAME);
    if !has_image_extension(Path::new(path)) {
        return Err(unknown());
    }
    let name = normalized_file_name(path);
    let (stem, _) = name.rsplit_once('.').ok_or_else(unknown)?;
    let (labels, number) = stem.rsplit_once('_').ok_or_else(unknown)?;
    let (product, defect) = labels.split_once('_').ok_or_else(unknown)?;
    if number.is_empty() || !number.chars().all(|c| c.is_ascii_digit()) {
        return Err(unknown());
    }
    Ok((ProductCode::new(product)?, legacy_defect_code(defect)?))
}

/// Product in the file name `<product>_<name>.<ext>`.
pub(crate) fn parse_manual_name(path: &str) -> Result<ProductCode> {
    let name = normalized_file_name(path);
    let code = name.split_once('_').map(|(product, _)| product);
    code.and_then(|code| ProductCode::new(code).ok()).ok_or_else(|| unknown_name(path, MANUAL_NAME))
}

/// The last component of a path, in Unicode normalisation form C: macOS decomposes Hangul.
pub(crate) fn normalized_file_name(path: &str) -> String {
    normal_form(path.rsplit('/').next().unwrap_or(path))
}

/// The error for a file name that does not follow the pattern `expected`.
pub(crate) fn unknown_name(path: &str, expected: &'static str) -> LibraryError {
    LibraryError::UnknownName { path: path.into(), expected }
}
