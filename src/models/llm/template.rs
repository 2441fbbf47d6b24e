//! The chat template that a GGUF file carries: Jinja, as Hugging Face's tokenizers write it.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, Value, context};

use super::gguf::Gguf;
use super::tokens::Tokens;
use crate::{ModelsError, Result};
use fettle_domain::{ChatMessage, ChatRole};

const NAME: &str = "chat";

/// A message that may show pictures before its text.
#[derive(Clone)]
pub(crate) struct Content {
    pub(crate) role: ChatRole,
    pub(crate) pictures: usize,
    pub(crate) text: String,
}

/// Messages to prompt.
pub(crate) struct ChatTemplate {
    environment: Environment<'static>,
    bos: String,
    eos: String,
}

impl ChatTemplate {
    /// Reads `tokenizer.chat_template`.
    pub(super) fn from_gguf(gguf: &Gguf, tokens: &Tokens) -> Result<Self> {
        let source = gguf.text("tokenizer.chat_template")?;
        let (bos, eos) = (tokens.bos().unwrap_or_default(), tokens.eos().unwrap_or_default());
        Self::new(source, bos, eos).map_err(|e| gguf.bad(format!("its chat template: {e}")))
    }

    /// Compiles `source`.
    pub(crate) fn new(source: &str, bos: String, eos: String) -> Result<Self, Error> {
        let mut environment = Environment::new();
        // As transformers sets Jinja up.
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
        environment.set_syntax(syntax);
        // Templates call Python's methods of texts: `content.strip()`.
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |why: String| -> Result<Value, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, why))
        });
        // Only tools are written as JSON, and Fettle gives a model none.
        environment.add_filter("tojson", |_: Value| -> Result<Value, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, "this template wants tools"))
        });
        environment.add_template_owned(NAME, without_marks(source))?;
        Ok(Self { environment, bos, eos })
    }

    /// The prompt for `messages`, up to where the assistant begins to speak.
    pub(super) fn render(&self, messages: &[ChatMessage]) -> Result<String> {
        self.render_contents(messages.iter().map(|message| Content {
            role: message.role,
            pictures: 0,
            text: message.content.clone(),
        }))
    }

    /// The same for messages that may show pictures.
    pub(crate) fn render_contents(
        &self,
        messages: impl Iterator<Item = Content>,
    ) -> Result<String> {
        let messages: Vec<Content> = messages.collect();
        if messages.is_empty() {
            return Err(ModelsError::Prompt("there is no message".into()));
        }
        let render = |messages: Vec<Content>, texts_in_lists: bool| {
            let messages: Vec<Value> =
                messages.into_iter().map(|message| value(message, texts_in_lists)).collect();
            self.environment.get_template(NAME)?.render(context! {
                messages => messages,
                add_generation_prompt => true,
                // Qwen3 would think aloud first.
                enable_thinking => false,
                bos_token => self.bos.as_str(),
                eos_token => self.eos.as_str(),
            })
        };
        // Some families that are shown pictures (LLaVA) know no text outside a list and pass over
        // it, some (Gemma 2, Mistral 7B) know no system message and say so.
        let plain = render(messages.clone(), false);
        let says_all = |prompt: &String| messages.iter().all(|m| prompt.contains(m.text.trim()));
        let rendered = if plain.as_ref().is_ok_and(says_all) {
            plain
        } else {
            let in_lists = render(messages.clone(), true).ok();
            let merged = || without_system(&messages).and_then(|merged| render(merged, false).ok());
            let other = in_lists.filter(says_all).or_else(|| merged().filter(says_all));
            other.map_or(plain, Ok)
        };
        rendered.map_err(|e: Error| ModelsError::Prompt(format!("chat template: {e}")))
    }
}

/// `source` without the marks that transformers puts around what an assistant said, for training.
fn without_marks(source: &str) -> String {
    let mut source = source.to_owned();
    for (mark, plain) in [(" generation ", " if true "), (" endgeneration ", " endif ")] {
        for (open, close) in [("{%", "%}"), ("{%-", "%}"), ("{%", "-%}"), ("{%-", "-%}")] {
            let tag = |within: &str| format!("{open}{within}{close}");
            source = source.replace(&tag(mark), &tag(plain));
        }
    }
    source
}

/// The system's message as the beginning of the user's that follows it.
fn without_system(messages: &[Content]) -> Option<Vec<Content>> {
    let [system, user, rest @ ..] = messages else { return None };
    if (system.role, user.role) != (ChatRole::System, ChatRole::User) {
        return None;
    }
    let text = format!("{}\n\n{}", system.text, user.text);
    let first = Content { text, ..user.clone() };
    Some(std::iter::once(first).chain(rest.iter().cloned()).collect())
}

/// A message as templates know it: a text, or a list of pictures and texts.
fn value(Content { role: who, pictures, text }: Content, texts_in_lists: bool) -> Value {
    if pictures == 0 && !texts_in_lists {
        return context! { role => role(who), content => text };
    }
    let mut parts = vec![context! { type => "image" }; pictures];
    parts.push(context! { type => "text", text => text });
    context! { role => role(who), content => parts }
}

/// As templates know them.
fn role(role: ChatRole) -> &'static str {
    match role {
        ChatRole::System => "system",
        ChatRole::User => "user",
        ChatRole::Assistant => "assistant",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The constructs of Qwen2.5's template.
    const TEMPLATE: &str = r#"{%- if tools %}
    {{- tools | tojson }}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}
        {{- '<|im_start|>system\n' + messages[0]['content'] + '<|im_end|>\n' }}
    {%- else %}
        {{- '<|im_start|>system\nDefault.<|im_end|>\n' }}
    {%- endif %}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}
    {%- endif %}
    {%- if message.content == 'refuse' %}{{ raise_exception('not that') }}{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
{%- endif %}
"#;

    fn message(role: ChatRole, content: &str) -> ChatMessage {
        ChatMessage { role, content: content.into() }
    }

    #[test]
    fn messages_become_a_prompt() {
        let template = ChatTemplate::new(TEMPLATE, String::new(), String::new()).unwrap();
        let prompt = template.render(&[
            message(ChatRole::System, "품질"),
            message(ChatRole::User, "{{ 1 + 1 }}"),
            message(ChatRole::Assistant, "네."),
            message(ChatRole::User, "왜?"),
        ]);
        assert_eq!(
            prompt.unwrap(),
            "<|im_start|>system\n품질<|im_end|>\n<|im_start|>user\n{{ 1 + 1 }}<|im_end|>\n\
             <|im_start|>assistant\n네.<|im_end|>\n<|im_start|>user\n왜?<|im_end|>\n\
             <|im_start|>assistant\n"
        );
        let default = template.render(&[message(ChatRole::User, "a")]).unwrap();
        assert!(default.starts_with("<|im_start|>system\nDefault.<|im_end|>\n<|im_start|>user\na"));
    }

    #[test]
    fn a_family_without_system_messages_is_told_in_the_first_question() {
        let template = "{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}\
                        {% for m in messages %}[{{ m.role }}] {{ m.content.strip() }}\n{% endfor %}";
        let template = ChatTemplate::new(template, String::new(), String::new()).unwrap();
        let asked = [message(ChatRole::System, "품질"), message(ChatRole::User, "왜? ")];
        assert_eq!(template.render(&asked).unwrap(), "[user] 품질\n\n왜?\n");
        assert!(template.render(&asked[..1]).unwrap_err().to_string().contains("no"));
    }

    #[test]
    fn a_family_that_knows_only_lists_gets_lists() {
        // As LLaVA-OneVision's.
        let template = "{% for m in messages %}[{{ m.role }}]\
                        {% for c in m.content | selectattr('type', 'equalto', 'image') %}<image>{% endfor %}\
                        {% for c in m.content | selectattr('type', 'equalto', 'text') %}\
                        {%- generation %}{{ c.text }}{% endgeneration %}{% endfor %}{% endfor %}";
        let template = ChatTemplate::new(template, String::new(), String::new()).unwrap();
        let content = |role, pictures, text: &str| Content { role, pictures, text: text.into() };
        let asked =
            [content(ChatRole::System, 0, "품질"), content(ChatRole::User, 2, "왜?")].into_iter();
        let expect = "[system]품질[user]<image><image>왜?";
        assert_eq!(template.render_contents(asked).unwrap(), expect);
    }

    #[test]
    fn a_template_may_refuse_and_a_broken_one_does_not_compile() {
        let template = ChatTemplate::new(TEMPLATE, String::new(), String::new()).unwrap();
        let why = template.render(&[message(ChatRole::User, "refuse")]).unwrap_err().to_string();
        assert!(why.contains("not that"), "{why}");
        assert!(template.render(&[]).is_err());
        assert!(ChatTemplate::new("{% if %}", String::new(), String::new()).is_err());
    }
}
