//! A chat model on a server that speaks OpenAI's protocol (vLLM, llama.cpp's server, and
//! others): `POST {address}/v1/chat/completions`, streamed as server-sent events.
//!
//! Only what a person set in the settings is asked, and what it writes is grounded as any
//! model's words. `http` holds requests that can be given up, `events` reads the stream.

mod address;
mod error;
mod events;
mod http;
#[cfg(test)]
mod tests;

use std::io::Cursor;
use std::ops::ControlFlow;
use std::time::Instant;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder as _, RgbImage};
use serde_json::{Value, json};

pub use address::Address;
pub use error::RemoteError;
use events::{Event, Events, beginning};
use http::{Came, Http, Patience};

use super::roles::{ChatModel, VisionChatModel};
use super::{ModelsError, Result};
use fettle_domain::{
    ChatMessage, ChatOutcome, ChatRole, ModelId, RemoteModel, Sampling, StopReason,
};

/// The context that is taken for granted where a server does not say its own.
const CONTEXT: usize = 4096;
/// What a message's template takes, in tokens.
const A_MESSAGE: usize = 8;
/// Bytes that a token of an answer may have on the average: what goes beyond is no model's.
const A_TOKEN: usize = 32;
/// Of the JPEG files that pictures are sent as, of 100.
const QUALITY: u8 = 92;

/// A model on a server.
pub struct Remote {
    id: ModelId,
    model: String,
    http: Http,
    context: usize,
}

impl Remote {
    /// Asks the server for the model. `key` is sent as bearer token and never written anywhere.
    ///
    /// # Errors
    /// [`ModelsError::Remote`] for a server that cannot be reached, or wants another key, and for
    /// a model that it does not have, where it lists those it has.
    pub fn connect(remote: &RemoteModel, key: Option<String>) -> Result<Self> {
        Self::with_patience(remote, key, Patience::default())
    }

    fn with_patience(
        remote: &RemoteModel,
        key: Option<String>,
        patience: Patience,
    ) -> Result<Self> {
        let http = Http::new(Address::parse(&remote.address)?, key, patience);
        let listed = http.small("v1/models", None)?.unwrap_or_default();
        let entries = listed["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let entry = entries.iter().find(|entry| entry["id"] == remote.model.as_str());
        if entry.is_none() && !entries.is_empty() {
            let ids: Vec<_> = entries.iter().filter_map(|entry| entry["id"].as_str()).collect();
            let why = format!("it has no model '{}', but: {}", remote.model, ids.join(", "));
            return Err(http.bad_answer(&why).into());
        }
        // What llama.cpp's server runs with may be less than what the model was trained for.
        let props = http.small("props", None)?.unwrap_or_default();
        let none = Value::Null;
        let entry = entry.unwrap_or(&none);
        let context = [
            &props["default_generation_settings"]["n_ctx"],
            &entry["max_model_len"],
            &entry["meta"]["n_ctx_train"],
        ];
        let context = context.into_iter().find_map(Value::as_u64).filter(|tokens| *tokens > 0);
        let context = context.and_then(|tokens| usize::try_from(tokens).ok()).unwrap_or(CONTEXT);
        Ok(Self { id: remote.id(), model: remote.model.clone(), http, context })
    }

    fn ask(
        &self,
        messages: Vec<Value>,
        sampling: &Sampling,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<ChatOutcome> {
        let mut body = json!({
            "model": self.model,
            "messages": messages,
            "stream": true,
            "stream_options": { "include_usage": true },
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            // Servers read a signed number.
            "seed": sampling.seed & (i64::MAX as u64),
            "max_tokens": sampling.max_tokens,
        });
        if !sampling.stop.is_empty() {
            body["stop"] = json!(sampling.stop);
        }
        let begun = Instant::now();
        let path = "v1/chat/completions";
        let mut answer = Answer::new(sampling);
        let Some(incoming) = self.http.stream(path, &body, &mut || on_text(""))? else {
            return Ok(answer.outcome(StopReason::Stopped, begun));
        };
        let mut events = Events::default();
        loop {
            let bytes = match incoming.next(&self.http, &mut || on_text(""))? {
                Came::Bytes(bytes) => bytes,
                Came::Stopped => return Ok(answer.outcome(StopReason::Stopped, begun)),
                Came::End => {
                    return match answer.finish {
                        Some(reason) => Ok(answer.outcome(reason, begun)),
                        None => Err(self.http.bad_answer("it ended in the middle").into()),
                    };
                }
            };
            for event in events.push(&bytes).map_err(|why| self.http.bad_answer(&why))? {
                if event.is_done {
                    let reason = answer.finish.unwrap_or(StopReason::EndOfTurn);
                    return Ok(answer.outcome(reason, begun));
                }
                if let Some(reason) = answer.take(event, on_text) {
                    return Ok(answer.outcome(reason, begun));
                }
            }
        }
    }
}

/// An answer as far as it has come.
struct Answer<'a> {
    sampling: &'a Sampling,
    text: String,
    /// Events with text: each is a token at least.
    pieces: usize,
    first: Option<Instant>,
    tokens: Option<(usize, usize)>,
    finish: Option<StopReason>,
}

impl<'a> Answer<'a> {
    fn new(sampling: &'a Sampling) -> Self {
        let (text, tokens) = (String::new(), None);
        Self { sampling, text, pieces: 0, first: None, tokens, finish: None }
    }

    /// Takes an event; why the answer ends here, where it does.
    fn take(
        &mut self,
        event: Event,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Option<StopReason> {
        self.tokens = event.tokens.or(self.tokens);
        if let Some(finish) = event.finish {
            let is_length = finish == "length";
            self.finish = Some(if is_length { StopReason::Length } else { StopReason::EndOfTurn });
        }
        if event.text.is_empty() {
            return None;
        }
        self.first.get_or_insert_with(Instant::now);
        // A server that goes on beyond what it was asked for is not listened to.
        let most = self.sampling.max_tokens;
        let is_too_long = self.text.len() + event.text.len() > most.saturating_mul(A_TOKEN);
        if self.pieces >= most || is_too_long {
            return Some(StopReason::Length);
        }
        self.pieces += 1;
        self.text += &event.text;
        if let Some(at) = self.sampling.stop.iter().filter_map(|stop| self.text.find(stop)).min() {
            self.text.truncate(at);
            return Some(StopReason::StopText);
        }
        on_text(&event.text).is_break().then_some(StopReason::Stopped)
    }

    fn outcome(self, stop: StopReason, begun: Instant) -> ChatOutcome {
        let now = Instant::now();
        let first = self.first.unwrap_or(now);
        let (prompt_tokens, new_tokens) = self.tokens.unwrap_or((0, self.pieces));
        ChatOutcome {
            text: self.text,
            stop,
            prompt_tokens,
            new_tokens,
            prefill_ms: (first - begun).as_secs_f64() * 1e3,
            decode_ms: (now - first).as_secs_f64() * 1e3,
        }
    }
}

fn role(role: ChatRole) -> &'static str {
    match role {
        ChatRole::System => "system",
        ChatRole::User => "user",
        ChatRole::Assistant => "assistant",
    }
}

/// A bound that no tokenizer exceeds for letters beyond ASCII: one token a byte; of ASCII, two
/// bytes make one.
fn at_most(text: &str) -> usize {
    let ascii = text.bytes().filter(u8::is_ascii).count();
    text.len() - ascii + ascii.div_ceil(2)
}

impl ChatModel for Remote {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn context_length(&self) -> usize {
        self.context
    }

    fn count_tokens(&self, messages: &[ChatMessage]) -> Result<usize> {
        let templates = messages.len() * A_MESSAGE;
        let text: String = messages.iter().map(|message| message.content.as_str()).collect();
        // Only llama.cpp's server counts.
        let counted = self.http.small("tokenize", Some(&json!({ "content": text })))?;
        let counted = counted.and_then(|answer| Some(answer["tokens"].as_array()?.len()));
        Ok(templates + counted.unwrap_or_else(|| at_most(&text)))
    }

    fn chat(
        &mut self,
        messages: &[ChatMessage],
        sampling: &Sampling,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<ChatOutcome> {
        let message = |message: &ChatMessage| json!({ "role": role(message.role), "content": message.content });
        self.ask(messages.iter().map(message).collect(), sampling, on_text)
    }
}

impl VisionChatModel for Remote {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn look(
        &mut self,
        pictures: &[RgbImage],
        messages: &[ChatMessage],
        sampling: &Sampling,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<ChatOutcome> {
        let mut parts = Vec::new();
        for picture in pictures {
            parts.push(json!({ "type": "image_url", "image_url": { "url": data_url(picture)? } }));
        }
        let last = messages.iter().rposition(|message| message.role == ChatRole::User);
        let messages = messages.iter().enumerate().map(|(at, message)| {
            let text = &message.content;
            if Some(at) == last {
                let mut parts = std::mem::take(&mut parts);
                parts.push(json!({ "type": "text", "text": text }));
                json!({ "role": role(message.role), "content": parts })
            } else {
                json!({ "role": role(message.role), "content": text })
            }
        });
        let messages = messages.collect();
        self.ask(messages, sampling, on_text)
    }
}

/// A picture as the protocol takes it: a JPEG file within an address.
fn data_url(picture: &RgbImage) -> Result<String> {
    let mut file = Cursor::new(Vec::new());
    let (width, height) = picture.dimensions();
    JpegEncoder::new_with_quality(&mut file, QUALITY)
        .write_image(picture.as_raw(), width, height, image::ExtendedColorType::Rgb8)
        .map_err(|error| ModelsError::Prompt(format!("a picture of it: {error}")))?;
    Ok(format!("data:image/jpeg;base64,{}", BASE64_STANDARD.encode(file.into_inner())))
}
