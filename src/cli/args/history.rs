//! `fettle history`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use fettle_domain::{ActionState, DefectCode, InspectionId, ProductCode, ReviewState, Verdict};
use fettle_settings::Settings;

/// `fettle history`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct History {
    /// What to do instead of listing.
    #[command(subcommand)]
    pub(crate) command: Option<HistoryCommand>,
    /// Which inspections to list.
    #[command(flatten)]
    pub(crate) list: HistoryList,
}

/// `fettle history judge` and `fettle history tidy`.
#[derive(Debug, Subcommand)]
pub(crate) enum HistoryCommand {
    /// Say what an inspected part really is.
    Judge {
        /// The inspection's number.
        #[arg(value_parser = parse_id)]
        id: InspectionId,
        /// What it is; `none` takes back what was said.
        verdict: JudgementArg,
        /// The defect it has.
        #[arg(long, short)]
        defect: Option<DefectCode>,
        /// Anything else.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Let the pictures of old inspections go; inspections and verdicts stay. Kept are pictures of
    /// parts that a person called NG, whose action is open, or that were registered.
    Tidy {
        /// Older than so many days. Default: what the settings say; nothing where they keep
        /// pictures for ever.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(Settings::MOST_DAYS)))]
        days: Option<u32>,
        /// Only count them.
        #[arg(long)]
        dry_run: bool,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Which inspections.
#[derive(Debug, Args)]
pub(crate) struct HistoryList {
    /// Only of this product.
    #[arg(long, short)]
    pub(crate) product: Option<ProductCode>,
    /// Only with this defect.
    #[arg(long, short)]
    pub(crate) defect: Option<DefectCode>,
    /// Only with this verdict: a person's where there is one, else the inspection's.
    #[arg(long)]
    pub(crate) verdict: Option<VerdictArg>,
    /// Only with this text in the file's name or folder.
    #[arg(long, default_value = "")]
    pub(crate) text: String,
    /// From this day or moment on: 2026-11-22 or 2026-11-22T08:00:00+09:00.
    #[arg(long, value_parser = parse_time)]
    pub(crate) since: Option<Timestamp>,
    /// Before this day or moment.
    #[arg(long, value_parser = parse_time)]
    pub(crate) until: Option<Timestamp>,
    /// Only those whose action is open, or done.
    #[arg(long)]
    pub(crate) action: Option<ActionArg>,
    /// Only those that nobody judged, whose verdict a person confirmed, or overruled.
    #[arg(long)]
    pub(crate) review: Option<ReviewArg>,
    /// Also inspections of parts that were inspected again later: the list has each part once.
    #[arg(long)]
    pub(crate) repeated: bool,
    /// How many of the newest.
    #[arg(long, short = 'k', default_value_t = 20)]
    pub(crate) top: usize,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write all of them to this PDF instead: verdict, pictures, causes, actions, sources.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "top"])]
    pub(crate) pdf: Option<PathBuf>,
    /// Write all of them to this CSV file instead.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "top", "pdf"])]
    pub(crate) csv: Option<PathBuf>,
    /// Only these into the PDF, by their numbers: 12 or 12,15.
    #[arg(long, value_parser = parse_id, value_delimiter = ',', requires = "pdf",
          conflicts_with_all = ["product", "defect", "verdict", "text", "since", "until", "action",
                                "review"])]
    pub(crate) id: Vec<InspectionId>,
}

/// A verdict by its name.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum VerdictArg {
    /// Sound.
    Ok,
    /// A defect.
    Ng,
    /// Not decided.
    Unsure,
}

/// A verdict by its name, or none.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum JudgementArg {
    /// Sound.
    Ok,
    /// A defect.
    Ng,
    /// Not decided.
    Unsure,
    /// Take back what was said.
    None,
}

/// A state by its name.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ActionArg {
    /// Not done yet.
    Open,
    /// Done.
    Done,
}

impl From<VerdictArg> for Verdict {
    fn from(arg: VerdictArg) -> Self {
        match arg {
            VerdictArg::Ok => Self::Ok,
            VerdictArg::Ng => Self::Ng,
            VerdictArg::Unsure => Self::Unsure,
        }
    }
}

impl From<JudgementArg> for Option<Verdict> {
    fn from(arg: JudgementArg) -> Self {
        match arg {
            JudgementArg::Ok => Some(Verdict::Ok),
            JudgementArg::Ng => Some(Verdict::Ng),
            JudgementArg::Unsure => Some(Verdict::Unsure),
            JudgementArg::None => None,
        }
    }
}

impl From<ActionArg> for ActionState {
    fn from(arg: ActionArg) -> Self {
        match arg {
            ActionArg::Open => Self::Open,
            ActionArg::Done => Self::Done,
        }
    }
}

/// What people said of a verdict.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ReviewArg {
    /// Nothing yet.
    Unjudged,
    /// The same.
    Confirmed,
    /// Another verdict.
    Overruled,
}

impl From<ReviewArg> for ReviewState {
    fn from(arg: ReviewArg) -> Self {
        match arg {
            ReviewArg::Unjudged => Self::Unjudged,
            ReviewArg::Confirmed => Self::Confirmed,
            ReviewArg::Overruled => Self::Overruled,
        }
    }
}

fn parse_id(text: &str) -> Result<InspectionId, String> {
    text.parse().map(InspectionId).map_err(|_| "a whole number is needed".to_owned())
}

/// Parses a time with offset, or a day, which stands for its beginning in local time.
fn parse_time(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let day: Result<Date, _> = text.parse();
    let begin = day.and_then(|day| day.to_zoned(TimeZone::system()));
    begin.map(|begin| begin.timestamp()).map_err(|_| {
        "a day (2026-11-22) or a moment (2026-11-22T08:00:00+09:00) is needed".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_day_or_has_an_offset() {
        let begin: Date = "2026-11-22".parse().unwrap();
        let begin = begin.to_zoned(TimeZone::system()).unwrap().timestamp();
        assert_eq!(parse_time("2026-11-22"), Ok(begin));
        assert_eq!(
            parse_time("2026-11-22T08:00:00+09:00"),
            Ok("2026-11-21T23:00:00Z".parse().unwrap())
        );
        for bad in ["", "yesterday", "2026-13-01", "22.11.2026"] {
            assert!(parse_time(bad).is_err(), "{bad}");
        }
    }
}
