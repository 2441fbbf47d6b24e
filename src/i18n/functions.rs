//! The functions that messages call: Korean particles, English plurals, durations.

use fluent_bundle::{FluentArgs, FluentValue};

use super::bundle::Bundle;
use fettle_domain::{Language, Particle, likely_particle};

/// Lets the messages of `bundle` call all functions.
pub(super) fn add_all(bundle: &mut Bundle, language: Language) {
    let added = bundle
        .add_function("PARTICLE", particle)
        .and(bundle.add_function("PLURAL", plural))
        .and(bundle.add_function("DURATION", move |positional, _| said(language, positional)))
        .and(bundle.add_function("TIME_LEFT", move |positional, _| left(language, positional)));
    // A name that is taken already would be a mistake of this file alone.
    if let Err(error) = added {
        tracing::error!(%error, "a function for messages is missing");
    }
}

/// `PARTICLE($name, "을")`: the particle in the form that the value wants, 을 or 를.
fn particle<'a>(positional: &[FluentValue<'a>], _: &FluentArgs<'_>) -> FluentValue<'a> {
    let [word, FluentValue::String(particle)] = positional else { return FluentValue::Error };
    let word = match word {
        FluentValue::String(text) => text.to_string(),
        FluentValue::Number(number) => number.as_string().into_owned(),
        _ => return FluentValue::Error,
    };
    let particle = match particle.as_ref() {
        "을" => Particle::Object,
        "이" => Particle::Subject,
        "은" => Particle::Topic,
        "과" => Particle::With,
        "으로" => Particle::By,
        _ => return FluentValue::Error,
    };
    FluentValue::from(likely_particle(&word, particle))
}

/// `PLURAL($count, "job", "jobs")`: the first word for one, the second for all other numbers.
fn plural<'a>(positional: &[FluentValue<'a>], _: &FluentArgs<'_>) -> FluentValue<'a> {
    let [count, one, many] = positional else { return FluentValue::Error };
    let is_one = match count {
        FluentValue::Number(number) => number.value == 1.0,
        // A count that is written already.
        FluentValue::String(written) => written.as_ref() == "1",
        _ => return FluentValue::Error,
    };
    if is_one { one.clone() } else { many.clone() }
}

/// `DURATION($ms, "ms")` or `DURATION($seconds, "s")`: the duration as a person says it.
fn said<'a>(language: Language, positional: &[FluentValue<'a>]) -> FluentValue<'a> {
    let [amount, FluentValue::String(unit)] = positional else { return FluentValue::Error };
    let part = if unit == "ms" { 0.001 } else { 1.0 };
    let said = number(amount).map(|amount| duration(language, amount * part));
    said.map_or(FluentValue::Error, FluentValue::from)
}

/// `TIME_LEFT($seconds)`: an estimate of the time that is left as a person says it.
fn left<'a>(language: Language, positional: &[FluentValue<'a>]) -> FluentValue<'a> {
    let [amount] = positional else { return FluentValue::Error };
    let said = number(amount).map(|seconds| time_left(language, seconds));
    said.map_or(FluentValue::Error, FluentValue::from)
}

/// A number, or one that is written already.
fn number(value: &FluentValue<'_>) -> Option<f64> {
    match value {
        FluentValue::Number(number) => Some(number.value),
        FluentValue::String(written) => written.parse().ok(),
        _ => None,
    }
}

/// Hours, minutes, seconds and milliseconds as they stand behind their number.
fn units(language: Language) -> [&'static str; 4] {
    match language {
        Language::Ko => ["시간", "분", "초", "밀리초"],
        Language::En => [" h", " min", " s", " ms"],
    }
}

/// A duration as a person says it: to the millisecond below a second, in the two largest units above a
/// minute.
fn duration(language: Language, seconds: f64) -> String {
    let [hour, minute, second, millisecond] = units(language);
    let whole = seconds.round();
    let (minutes, rest) = ((whole / 60.0).floor(), whole % 60.0);
    let (hours, rest_minutes) = ((minutes / 60.0).floor(), minutes % 60.0);
    if seconds < 0.9995 {
        format!("{:.0}{millisecond}", 1000.0 * seconds)
    } else if seconds < 9.95 {
        format!("{seconds:.1}{second}")
    } else if whole < 60.0 {
        format!("{whole:.0}{second}")
    } else if whole < 3600.0 {
        format!("{minutes:.0}{minute} {rest:.0}{second}")
    } else {
        format!("{hours:.0}{hour} {rest_minutes:.0}{minute}")
    }
}

/// An estimate of the time that is left: whole seconds, at least one. Fractions of a second would be a
/// precision that no estimate has, and nothing would be left in 0 ms.
fn time_left(language: Language, seconds: f64) -> String {
    let seconds = seconds.round().max(1.0);
    if seconds >= 10.0 {
        return duration(language, seconds);
    }
    let [_, _, second, _] = units(language);
    format!("{seconds:.0}{second}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_their_largest_units() {
        for (seconds, ko, en) in [
            (0.0, "0밀리초", "0 ms"),
            (0.0324, "32밀리초", "32 ms"),
            (0.9996, "1.0초", "1.0 s"),
            (2.44, "2.4초", "2.4 s"),
            (9.96, "10초", "10 s"),
            (59.4, "59초", "59 s"),
            (59.6, "1분 0초", "1 min 0 s"),
            (650.091, "10분 50초", "10 min 50 s"),
            (3599.7, "1시간 0분", "1 h 0 min"),
            (9000.0, "2시간 30분", "2 h 30 min"),
        ] {
            assert_eq!(duration(Language::Ko, seconds), ko);
            assert_eq!(duration(Language::En, seconds), en);
        }
    }

    #[test]
    fn the_time_left_is_in_whole_seconds_and_at_least_one() {
        for (seconds, ko, en) in [
            (0.0, "1초", "1 s"),
            (0.4, "1초", "1 s"),
            (2.44, "2초", "2 s"),
            (9.7, "10초", "10 s"),
            (650.4, "10분 50초", "10 min 50 s"),
        ] {
            assert_eq!(time_left(Language::Ko, seconds), ko);
            assert_eq!(time_left(Language::En, seconds), en);
        }
    }
}
