//! What was done last time about a defect, and how often it came back.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::error::Result;
use crate::protocol::JobContext;
use fettle_domain::{
    ActionFilter, CorrectiveAction, DefectCode, PastAction, ProductCode, Recurrence,
    RecurrencePeriods,
};
use fettle_library::{Library, LibraryError};

/// The most records that a report shows.
const MAX_SHOWN: usize = 5;

/// The newest records of a product's defect, with what the history says of its recurrence.
pub(crate) fn past_actions(
    job: &JobContext,
    product: &ProductCode,
    defect: &DefectCode,
) -> Result<Vec<PastAction>> {
    let filter = ActionFilter {
        product: Some(product.clone()),
        defect: Some(defect.clone()),
        ..ActionFilter::default()
    };
    let today = Zoned::now().date();
    job.library(move |library| {
        let newest = library.corrective_actions(&filter, MAX_SHOWN)?;
        newest
            .into_iter()
            .map(|action| {
                let recurrence = recurrence(library, &action, today)?;
                Ok(PastAction { action, recurrence })
            })
            .collect()
    })
}

pub(super) fn recurrence(
    library: &Library,
    action: &CorrectiveAction,
    today: Date,
) -> Result<Recurrence, LibraryError> {
    let (Some(done), Some(defect)) = (action.entry.done, &action.defect) else {
        return Ok(Recurrence::NotDone);
    };
    let periods = match RecurrencePeriods::around(done, today) {
        Ok(periods) => periods,
        Err(why) => return Ok(why),
    };
    // Days are those of this machine's clock, as in lists.
    let midnight = |day: Date| day.to_zoned(TimeZone::system()).map(|time| time.timestamp());
    let count = |(first, end): (Date, Date)| {
        let (since, until): (Timestamp, Timestamp) = match (midnight(first), midnight(end)) {
            (Ok(since), Ok(until)) => (since, until),
            _ => return Ok(fettle_domain::PeriodCount::default()),
        };
        library.count_of_defect(&action.product, defect, (since, until))
    };
    Ok(Recurrence::counted(periods.days, count(periods.before)?, count(periods.after)?))
}
