//! Korean particles whose form depends on the word before them: 칼을, 도구를; 금형으로, 톱날로.

use super::hangul::{final_consonant, is_syllable};

/// A particle (조사) with two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Particle {
    /// 을, 를.
    Object,
    /// 이, 가.
    Subject,
    /// 은, 는.
    Topic,
    /// 과, 와.
    With,
    /// 으로, 로.
    By,
}

/// How a word ends when it is spoken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sound {
    Vowel,
    /// The final consonant ㄹ, which takes 로 like a vowel.
    Rieul,
    Consonant,
}

/// Units and their sound in Korean.
const UNITS: [(&str, Sound); 22] = [
    ("mm", Sound::Vowel),
    ("cm", Sound::Vowel),
    ("m", Sound::Vowel),
    ("μm", Sound::Vowel),
    ("µm", Sound::Vowel),
    ("℃", Sound::Vowel),
    ("°C", Sound::Vowel),
    ("℉", Sound::Vowel),
    ("°F", Sound::Vowel),
    ("%", Sound::Vowel),
    ("bar", Sound::Vowel),
    ("V", Sound::Vowel),
    ("A", Sound::Vowel),
    ("Hz", Sound::Vowel),
    ("L", Sound::Vowel),
    ("kg", Sound::Consonant),
    ("g", Sound::Consonant),
    ("N", Sound::Consonant),
    ("Pa", Sound::Rieul),
    ("kPa", Sound::Rieul),
    ("MPa", Sound::Rieul),
    ("rpm", Sound::Consonant),
];

impl Particle {
    fn form(self, sound: Sound) -> &'static str {
        let closed = sound != Sound::Vowel;
        match self {
            Self::Object if closed => "을",
            Self::Object => "를",
            Self::Subject if closed => "이",
            Self::Subject => "가",
            Self::Topic if closed => "은",
            Self::Topic => "는",
            Self::With if closed => "과",
            Self::With => "와",
            Self::By if sound == Sound::Consonant => "으로",
            Self::By => "로",
        }
    }
}

/// The form of a particle after `word`. A remark in brackets at the end is not spoken: `검출기(QC)`
/// takes what `검출기` takes. `None` where it is not known how the word is spoken (an English word).
pub fn particle_after(word: &str, particle: Particle) -> Option<&'static str> {
    sound(word).map(|sound| particle.form(sound))
}

/// The form of a particle after `word`, guessed by the spelling where it is not known how the word is
/// spoken: in a message either form is better than both.
pub fn likely_particle(word: &str, particle: Particle) -> &'static str {
    let word =
        word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != ')' && c != '%' && c != '℃');
    particle_after(word, particle).unwrap_or_else(|| particle.form(spelling(word)))
}

/// How a word of Latin letters probably ends when it is spoken.
fn spelling(word: &str) -> Sound {
    /// The longest ending of a file's name that is spelt: pdf is 피디에프, html 에이치티엠엘.
    const SPELT: usize = 4;
    let word = word.trim_end_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let last = word.chars().next_back();
    let ending = word.rsplit_once('.').map(|(_, ending)| ending);
    if ending.is_some_and(|ending| ending.chars().count() <= SPELT) {
        return match last {
            Some('l' | 'r') => Sound::Rieul,
            Some('m' | 'n') => Sound::Consonant,
            _ => Sound::Vowel,
        };
    }
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    if ends(&["l", "le"]) {
        Sound::Rieul
    } else if ends(&["m", "n", "ng", "me", "ne", "ck", "ap", "ip", "op", "up"]) {
        Sound::Consonant
    } else {
        Sound::Vowel
    }
}

fn sound(word: &str) -> Option<Sound> {
    let word = word.trim_end();
    if let Some((before, _)) = word.strip_suffix(')').and_then(|inside| inside.rsplit_once('('))
        && !before.trim_end().is_empty()
    {
        return sound(before);
    }
    let last = word.chars().next_back()?;
    if is_syllable(last) {
        return Some(match final_consonant(last) {
            None => Sound::Vowel,
            Some('ㄹ') => Sound::Rieul,
            Some(_) => Sound::Consonant,
        });
    }
    let digit = |c: char| match c {
        '1' | '7' | '8' => Some(Sound::Rieul),
        '0' | '3' | '6' => Some(Sound::Consonant),
        '2' | '4' | '5' | '9' => Some(Sound::Vowel),
        _ => None,
    };
    if let Some(sound) = digit(last) {
        return Some(sound);
    }
    let is_latin =
        |c: char| !c.is_ascii_digit() && !c.is_whitespace() && !is_syllable(c) && c != '·';
    let start = word.char_indices().rev().take_while(|(_, c)| is_latin(*c)).last()?.0;
    let (before, latin) = word.split_at_checked(start)?;
    let after_number = before.trim_end().ends_with(|c: char| c.is_ascii_digit());
    if let Some((_, sound)) = UNITS.iter().find(|(unit, _)| after_number && *unit == latin) {
        return Some(*sound);
    }
    // Capital letters are spelt: QC is 큐씨, LCR 엘씨알.
    latin.chars().all(|c| c.is_ascii_uppercase()).then_some(match last {
        'L' | 'R' => Sound::Rieul,
        'M' | 'N' => Sound::Consonant,
        _ => Sound::Vowel,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_particle_after_a_word_of_another_language_is_guessed() {
        for (word, expected) in [
            ("data/manual.pdf", ["를", "로"]),
            ("a.html", ["을", "로"]),
            ("clip-vit-b32", ["를", "로"]),
            ("scratch", ["를", "로"]),
            ("nozzle", ["을", "로"]),
            ("cover pin", ["을", "으로"]),
            ("\"긁힘\"", ["을", "으로"]),
            ("검사", ["를", "로"]),
            ("", ["를", "로"]),
        ] {
            let forms = [Particle::Object, Particle::By].map(|one| likely_particle(word, one));
            assert_eq!(forms, expected, "{word}");
        }
    }

    #[test]
    fn a_particle_has_the_form_that_its_word_wants() {
        for (word, expected) in [
            ("칼날", Some(["을", "이", "은", "과", "로"])),
            ("금형", Some(["을", "이", "은", "과", "으로"])),
            ("온도", Some(["를", "가", "는", "와", "로"])),
            ("검출기(Metal Detector)", Some(["를", "가", "는", "와", "로"])),
            ("50 mm", Some(["를", "가", "는", "와", "로"])),
            ("±5℃", Some(["를", "가", "는", "와", "로"])),
            ("0.5 MPa", Some(["을", "이", "은", "과", "로"])),
            ("12 kg", Some(["을", "이", "은", "과", "으로"])),
            ("제1", Some(["을", "이", "은", "과", "로"])),
            ("10", Some(["을", "이", "은", "과", "으로"])),
            ("QC", Some(["를", "가", "는", "와", "로"])),
            ("PCB", Some(["를", "가", "는", "와", "로"])),
            ("LCR", Some(["을", "이", "은", "과", "로"])),
            ("nozzle", None),
            ("", None),
            ("(QC)", None),
        ] {
            use Particle::{By, Object, Subject, Topic, With};
            let all = [Object, Subject, Topic, With, By].map(|one| particle_after(word, one));
            assert_eq!(all, expected.map_or([None; 5], |forms| forms.map(Some)), "{word}");
        }
    }
}
