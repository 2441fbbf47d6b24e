//! Chat templates: Jinja in the dialect of Hugging Face's tokenizers.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, Value, context};

use super::gguf::Gguf;
use super::tokenizer::GgufTokenizer;
use crate::{ModelsError, Result};
use fettle_domain::{ChatMessage, ChatRole};

const NAME: &str = "chat";

/// Message with a number of images before its text.
#[derive(Clone)]
pub(crate) struct TemplateMessage {
    pub(crate) role: ChatRole,
    pub(crate) images: usize,
    pub(crate) text: String,
}

/// Compiled chat template.
pub(crate) struct ChatTemplate {
    environment: Environment<'static>,
    bos: String,
    eos: String,
}

impl ChatTemplate {
    /// Compiles the `tokenizer.chat_template` of a GGUF file.
    pub(super) fn from_gguf(gguf: &Gguf, tokenizer: &GgufTokenizer) -> Result<Self> {
        let source = gguf.text("tokenizer.chat_template")?;
        let bos = tokenizer.bos().unwrap_or_default();
        let eos = tokenizer.eos().unwrap_or_default();
        Self::new(source, bos, eos).map_err(|e| gguf.bad(format!("its chat template: {e}")))
    }

    /// Compiles `source`; `bos` and `eos` are the texts of these tokens.
    pub(crate) fn new(source: &str, bos: String, eos: String) -> Result<Self, Error> {
        let mut environment = Environment::new();
        // The settings of transformers.
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
        environment.set_syntax(syntax);
        // Templates call methods of Python's strings: `content.strip()`.
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |why: String| -> Result<Value, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, why))
        });
        // Templates write only tools as JSON, and Fettle passes none.
        environment.add_filter("tojson", |_: Value| -> Result<Value, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, "this template wants tools"))
        });
        environment.add_template_owned(NAME, strip_generation_tags(source))?;
        Ok(Self { environment, bos, eos })
    }

    /// Renders the prompt for `messages`, up to the beginning of the assistant's turn.
    pub(super) fn render(&self, messages: &[ChatMessage]) -> Result<String> {
        self.render_with_images(messages.iter().map(|message| TemplateMessage {
            role: message.role,
            images: 0,
            text: message.content.clone(),
        }))
    }

    /// As [`Self::render`], for messages with images.
    pub(crate) fn render_with_images(
        &self,
        messages: impl Iterator<Item = TemplateMessage>,
    ) -> Result<String> {
        let messages: Vec<TemplateMessage> = messages.collect();
        if messages.is_empty() {
            return Err(ModelsError::Prompt("there is no message".into()));
        }
        let render = |messages: Vec<TemplateMessage>, as_lists: bool| {
            let messages: Vec<Value> =
                messages.into_iter().map(|message| to_value(message, as_lists)).collect();
            self.environment.get_template(NAME)?.render(context! {
                messages => messages,
                add_generation_prompt => true,
                // Without the reasoning that Qwen3 would write first.
                enable_thinking => false,
                bos_token => self.bos.as_str(),
                eos_token => self.eos.as_str(),
            })
        };
        // Some vision-language families (LLaVA) skip content that is not a list; some families
        // (Gemma 2, Mistral 7B) raise an exception for a system message.
        let plain = render(messages.clone(), false);
        let is_complete = |prompt: &String| messages.iter().all(|m| prompt.contains(m.text.trim()));
        let rendered = if plain.as_ref().is_ok_and(is_complete) {
            plain
        } else {
            let as_lists = render(messages.clone(), true).ok();
            let merged =
                || merge_system_message(&messages).and_then(|merged| render(merged, false).ok());
            let other = as_lists.filter(is_complete).or_else(|| merged().filter(is_complete));
            other.map_or(plain, Ok)
        };
        rendered.map_err(|e: Error| ModelsError::Prompt(format!("chat template: {e}")))
    }
}

/// Removes the `generation` tags, by which transformers marks the assistant's turns for training.
fn strip_generation_tags(source: &str) -> String {
    let mut source = source.to_owned();
    for (name, replacement) in [(" generation ", " if true "), (" endgeneration ", " endif ")] {
        for (open, close) in [("{%", "%}"), ("{%-", "%}"), ("{%", "-%}"), ("{%-", "-%}")] {
            let tag = |within: &str| format!("{open}{within}{close}");
            source = source.replace(&tag(name), &tag(replacement));
        }
    }
    source
}

/// Merges the system message into the user message after it; `None` for other sequences of roles.
fn merge_system_message(messages: &[TemplateMessage]) -> Option<Vec<TemplateMessage>> {
    let [system, user, rest @ ..] = messages else { return None };
    if (system.role, user.role) != (ChatRole::System, ChatRole::User) {
        return None;
    }
    let text = format!("{}\n\n{}", system.text, user.text);
    let first = TemplateMessage { text, ..user.clone() };
    Some(std::iter::once(first).chain(rest.iter().cloned()).collect())
}

/// The message for the template: its content is a text, or a list of images and a text.
fn to_value(message: TemplateMessage, as_lists: bool) -> Value {
    let TemplateMessage { role: who, images, text } = message;
    if images == 0 && !as_lists {
        return context! { role => role(who), content => text };
    }
    let mut parts = vec![context! { type => "image" }; images];
    parts.push(context! { type => "text", text => text });
    context! { role => role(who), content => parts }
}

/// Name of a role in templates.
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
    fn a_template_without_system_messages_gets_them_in_the_user_message() {
        let template = "{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}\
                        {% for m in messages %}[{{ m.role }}] {{ m.content.strip() }}\n{% endfor %}";
        let template = ChatTemplate::new(template, String::new(), String::new()).unwrap();
        let asked = [message(ChatRole::System, "품질"), message(ChatRole::User, "왜? ")];
        assert_eq!(template.render(&asked).unwrap(), "[user] 품질\n\n왜?\n");
        assert!(template.render(&asked[..1]).unwrap_err().to_string().contains("no"));
    }

    #[test]
    fn a_template_that_reads_only_lists_gets_lists() {
        // As in LLaVA-OneVision.
        let template = "{% for m in messages %}[{{ m.role }}]\
                        {% for c in m.content | selectattr('type', 'equalto', 'image') %}<image>{% endfor %}\
                        {% for c in m.content | selectattr('type', 'equalto', 'text') %}\
                        {%- generation %}{{ c.text }}{% endgeneration %}{% endfor %}{% endfor %}";
        let template = ChatTemplate::new(template, String::new(), String::new()).unwrap();
        let message =
            |role, images, text: &str| TemplateMessage { role, images, text: text.into() };
        let messages =
            [message(ChatRole::System, 0, "품질"), message(ChatRole::User, 2, "왜?")].into_iter();
        let expect = "[system]품질[user]<image><image>왜?";
        assert_eq!(template.render_with_images(messages).unwrap(), expect);
    }

    #[test]
    fn exceptions_of_a_template_and_syntax_errors_are_errors() {
        let template = ChatTemplate::new(TEMPLATE, String::new(), String::new()).unwrap();
        let why = template.render(&[message(ChatRole::User, "refuse")]).unwrap_err().to_string();
        assert!(why.contains("not that"), "{why}");
        assert!(template.render(&[]).is_err());
        assert!(ChatTemplate::new("{% if %}", String::new(), String::new()).is_err());
    }
}
