//! `fettle actions`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use fettle_domain::{ActionFilter, CorrectiveActionId, DefectCode, ProductCode};

/// `fettle actions`.
#[derive(Debug, Subcommand)]
pub(crate) enum Actions {
    /// List what was done, newest first.
    List {
        /// Which records.
        #[command(flatten)]
        which: ActionSelection,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Read a list of corrective actions (CSV, Excel, a table) or 8D reports (Word, Excel, text) and
    /// keep what is new.
    Import {
        /// The file.
        file: PathBuf,
        /// The product of records that name none, or none that is known.
        #[arg(long, short)]
        product: Option<ProductCode>,
        /// Only say what would be imported.
        #[arg(long)]
        dry_run: bool,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take an import back.
    UndoImport {
        /// Its number.
        import: i64,
    },
    /// Write records to a file: CSV, or JSON where its name ends in .json.
    Export {
        /// The file.
        file: PathBuf,
        /// Which records.
        #[command(flatten)]
        which: ActionSelection,
    },
    /// Remove a record.
    Remove {
        /// Its number.
        #[arg(value_parser = parse_id)]
        id: CorrectiveActionId,
    },
    /// Take the removal of a record back.
    Restore {
        /// Its number.
        #[arg(value_parser = parse_id)]
        id: CorrectiveActionId,
    },
}

/// Which records.
#[derive(Debug, Clone, Args)]
pub(crate) struct ActionSelection {
    /// Only of this product.
    #[arg(long, short)]
    product: Option<ProductCode>,
    /// Only of this defect.
    #[arg(long, short)]
    defect: Option<DefectCode>,
}

impl From<&ActionSelection> for ActionFilter {
    fn from(selection: &ActionSelection) -> Self {
        Self {
            product: selection.product.clone(),
            defect: selection.defect.clone(),
            ..Self::default()
        }
    }
}

/// A record's number, with or without the mark that reports give it: 12 or capa.12.
fn parse_id(text: &str) -> Result<CorrectiveActionId, String> {
    CorrectiveActionId::from_mark(text).ok_or_else(|| "a whole number is needed".to_owned())
}
