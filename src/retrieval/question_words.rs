//! Words of a question that say what it is about: those without grammar and politeness.

use super::terms::{Word, words};
use fettle_domain::hangul::is_particle;

/// Hangul words that ask, say that something happens, or name the kind of statement that is asked
/// for, and so say nothing about the thing itself. Compared without their particle.
const ASKING_KO: &str = "어떻게 어떠케 어떡해 어떤 어떨 무슨 무엇 뭐 뭘 뭔가 뭐야 뭐예요 뭐죠 뭐가 뭔지 뭐지 왜 언제 어디 \
    어느 누가 이거 그거 저거 이게 그게 것 거 게 건 걸 좀 자꾸 계속 아니 해야 하나 하나요 하죠 하지 하는지 되나 되나요 되죠 \
    하면 할까요 할까 인가요 건가요 있어요 있나요 있는 있음 있을 없나요 없앨 없애나요 없애 알려줘 알려줘요 알려주세요 \
    알려 보여줘 보여 때문 때문인가요 이유 원인 조치 가이드 대책 방법 방지 방지책 예방 해결 불량 불량들 결함 결함들 문제 \
    제품 현상 경우 같은 같아요 같이 나와요 나오는데 나올 나와서 나와 나요 나왔어요 나옵니다 났는데 났어요 생겨요 생기나요 \
    생기나 생기는 생긴 생겼는데 생겼어요 생겨서 생기는지 생김 발생 하려면 합니까 합니다 할 한 하는 해요 해 되어 돼요 \
    돼 되는 될 그런가요 이래요 이런 그런 점 수 등 및 또는 다 더 너무 많이 잘 못 그냥 혹시 제발 지금 요즘 우리 나 저 몇 \
    주세요 줘 싶어요 싶은데 나머지 모두 모든 전부 둘 한번 한 번 얘 는데 인데 하는데 되는데 부터 무엇무엇 생겼 \
    매뉴얼 설명 것만 것도 거만 줄이려면 막으려면 이렇게 그럼 그러면 말해줘 궁금해요 봐 봐요 봐야 보나요 미치겠어요 발생하나요";

/// The same in English.
const ASKING_EN: &str = "a an the of to in on at by for from with and or is are was were be been do does did how what \
    which why when where who whom we i you it its this that these those there should can could must may need have \
    has had our my their they them get gets got any some all every both each s t not no only also if than then so as \
    into out up down off over after before please tell me about happen happens happening cause causes caused come \
    comes prevent stop stops keep defect defects problem problems product products part parts manual cover covered \
    action actions way too much many very just will would";

/// Syllables alone that are a word with spaces in it.
const SPACED: usize = 3;

/// The words of `question` that say what it is about, in lower case, Hangul without particles.
pub fn question_words(question: &str) -> Vec<String> {
    joined_syllables(words(question))
        .into_iter()
        .filter_map(|word| match word {
            Word::Hangul(word) => {
                let noun = without_particle(&word);
                let asks = |word: &str| ASKING_KO.split_whitespace().any(|asking| asking == word);
                (!asks(&word) && !asks(noun)).then(|| noun.to_owned())
            }
            Word::Letters(word) => {
                let asks = ASKING_EN.split_whitespace().any(|asking| asking == word);
                (!asks).then_some(word)
            }
            Word::Number(_) => None,
        })
        .collect()
}

/// Particles that follow nouns; 은, 는 and 만 follow verbs as well (`나오는`).
const NOUN_PARTICLES: [&str; 9] = ["이", "가", "을", "를", "에", "이랑", "랑", "하고", "으로"];

/// The words of `question` that are nouns by their form, as [`question_words`] gives them: Hangul
/// with a particle of nouns, and other letters in a Korean question.
pub fn noun_words(question: &str) -> Vec<String> {
    let written = words(question);
    let is_korean = written.iter().any(|word| matches!(word, Word::Hangul(_)));
    let is_noun = |noun: &String| {
        written.iter().any(|word| match word {
            Word::Hangul(word) => word
                .strip_prefix(noun.as_str())
                .is_some_and(|particle| NOUN_PARTICLES.contains(&particle)),
            Word::Letters(word) => is_korean && word == noun,
            Word::Number(_) => false,
        })
    };
    question_words(question).into_iter().filter(is_noun).collect()
}

/// Three syllables and more that stand alone one after another are a word: `흡 착 패 드`.
fn joined_syllables(words: Vec<Word>) -> Vec<Word> {
    let alone = |word: &Word| matches!(word, Word::Hangul(word) if word.chars().count() == 1);
    let mut joined = Vec::new();
    for run in words.chunk_by(|a, b| alone(a) && alone(b)) {
        if run.len() >= SPACED {
            let syllables = run.iter().filter_map(|word| match word {
                Word::Hangul(word) => Some(word.as_str()),
                _ => None,
            });
            joined.push(Word::Hangul(syllables.collect()));
        } else {
            joined.extend_from_slice(run);
        }
    }
    joined
}

/// `word` without the longest particle that leaves a syllable of it.
fn without_particle(word: &str) -> &str {
    let mut ends = word.char_indices().skip(1);
    let noun = ends.find_map(|(at, _)| {
        let (noun, rest) = word.split_at_checked(at)?;
        // Of one syllable only the particles of two are taken: `나이` is no `나`.
        let long = noun.chars().count() > 1 || rest.chars().count() > 1;
        (long && is_particle(rest)).then_some(noun)
    });
    noun.unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_question_is_about_is_left() {
        for (question, expected) in [
            ("기공은 왜 생기나요?", &["기공"][..]),
            ("제품 표면에 기스가 났어요", &["표면", "기스"]),
            ("How do we stop gas porosity in the castings?", &["gas", "porosity", "castings"]),
            ("버하고 긁힘", &["버", "긁힘"]),
            ("원인이 뭐죠", &[]),
            ("흡 착 패 드 압력", &["흡착패드", "압력"]),
            ("what should we do?", &[]),
            ("", &[]),
        ] {
            assert_eq!(question_words(question), expected, "{question}");
        }
    }
    #[test]
    fn nouns_are_known_by_their_particles() {
        for (question, expected) in [
            ("곰보가 심해서 작업을 못 해요", &["곰보", "작업"][..]),
            ("DG는 언제 돌려야 하나요", &["dg"]),
            ("물건이 찢어져 나오는데", &["물건"]),
            ("히네리 왔어요", &[]),
            ("the blade is dull", &[]),
        ] {
            assert_eq!(noun_words(question), expected, "{question}");
        }
    }
}
