//! The chat model: requests of the protocol, and the limits that a server states.

use std::io::Cursor;
use std::ops::ControlFlow;
use std::time::Instant;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _, RgbImage};
use serde_json::{Value, json};

use super::address::Address;
use super::answer::Answer;
use super::events::EventParser;
use super::http::{Http, ReadOutcome, Timeouts};
use crate::Result;
use crate::roles::{ChatModel, VisionChatModel};
use fettle_domain::{
    ChatMessage, ChatOutcome, ChatRole, ModelId, RemoteModel, Sampling, StopReason,
};

/// Context length in tokens, where a server does not state one.
const DEFAULT_CONTEXT: usize = 4096;
/// Tokens that the chat template adds to a message.
const TEMPLATE_TOKENS: usize = 8;
/// Quality of the JPEG files in which images are sent, of 100.
const JPEG_QUALITY: u8 = 92;

/// Chat model on a server.
pub struct Remote {
    id: ModelId,
    /// Name of the model on the server.
    model: String,
    http: Http,
    context_length: usize,
}

impl Remote {
    /// Connects to the server and looks up the model. `key` is sent as bearer token and never
    /// written to a log or message.
    ///
    /// # Errors
    /// [`crate::ModelsError::Remote`] for a server that cannot be reached or refuses the key, and for a
    /// model that is not in the server's list.
    pub fn connect(remote: &RemoteModel, key: Option<String>) -> Result<Self> {
        Self::with_timeouts(remote, key, Timeouts::default())
    }

    /// As [`Self::connect`], with other timeouts.
    pub(super) fn with_timeouts(
        remote: &RemoteModel,
        key: Option<String>,
        timeouts: Timeouts,
    ) -> Result<Self> {
        let http = Http::new(Address::parse(&remote.address)?, key, timeouts);
        let listed = http.request_json("v1/models", None)?.unwrap_or_default();
        let entries = listed["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let entry = entries.iter().find(|entry| entry["id"] == remote.model.as_str());
        if entry.is_none() && !entries.is_empty() {
            let ids: Vec<_> = entries.iter().filter_map(|entry| entry["id"].as_str()).collect();
            let why = format!("it has no model '{}', but: {}", remote.model, ids.join(", "));
            return Err(http.bad_answer(&why).into());
        }
        // llama.cpp's server may run with a smaller context than that of the training.
        let props = http.request_json("props", None)?.unwrap_or_default();
        let none = Value::Null;
        let entry = entry.unwrap_or(&none);
        let lengths = [
            &props["default_generation_settings"]["n_ctx"],
            &entry["max_model_len"],
            &entry["meta"]["n_ctx_train"],
        ];
        let length = lengths.into_iter().find_map(Value::as_u64).filter(|tokens| *tokens > 0);
        let context_length =
            length.and_then(|tokens| usize::try_from(tokens).ok()).unwrap_or(DEFAULT_CONTEXT);
        Ok(Self { id: remote.id(), model: remote.model.clone(), http, context_length })
    }

    /// Sends a request for a completion and streams the answer.
    fn complete(
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
            // Servers parse the seed as a signed integer.
            "seed": sampling.seed & (i64::MAX as u64),
            "max_tokens": sampling.max_tokens,
        });
        if !sampling.stop.is_empty() {
            body["stop"] = json!(sampling.stop);
        }
        let started = Instant::now();
        let path = "v1/chat/completions";
        let mut answer = Answer::new(sampling);
        let Some(response) = self.http.stream(path, &body, &mut || on_text(""))? else {
            return Ok(answer.outcome(StopReason::Stopped, started));
        };
        let mut parser = EventParser::default();
        loop {
            let bytes = match response.next(&self.http, &mut || on_text(""))? {
                ReadOutcome::Bytes(bytes) => bytes,
                ReadOutcome::Stopped => return Ok(answer.outcome(StopReason::Stopped, started)),
                ReadOutcome::End => {
                    return match answer.finish {
                        Some(reason) => Ok(answer.outcome(reason, started)),
                        None => Err(self.http.bad_answer("it ended in the middle").into()),
                    };
                }
            };
            for event in parser.push(&bytes).map_err(|why| self.http.bad_answer(&why))? {
                if event.is_done {
                    let reason = answer.finish.unwrap_or(StopReason::EndOfTurn);
                    return Ok(answer.outcome(reason, started));
                }
                if let Some(reason) = answer.push(event, on_text) {
                    return Ok(answer.outcome(reason, started));
                }
            }
        }
    }
}

/// Name of a role in the protocol.
fn role(role: ChatRole) -> &'static str {
    match role {
        ChatRole::System => "system",
        ChatRole::User => "user",
        ChatRole::Assistant => "assistant",
    }
}

/// Upper bound of the number of tokens of a text: one per byte for letters beyond ASCII, one per
/// two bytes of ASCII.
fn max_tokens(text: &str) -> usize {
    let ascii = text.bytes().filter(u8::is_ascii).count();
    text.len() - ascii + ascii.div_ceil(2)
}

impl ChatModel for Remote {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn context_length(&self) -> usize {
        self.context_length
    }

    fn count_tokens(&self, messages: &[ChatMessage]) -> Result<usize> {
        let templates = messages.len() * TEMPLATE_TOKENS;
        let text: String = messages.iter().map(|message| message.content.as_str()).collect();
        // Only llama.cpp's server counts tokens.
        let counted = self.http.request_json("tokenize", Some(&json!({ "content": text })))?;
        let counted = counted.and_then(|answer| Some(answer["tokens"].as_array()?.len()));
        Ok(templates + counted.unwrap_or_else(|| max_tokens(&text)))
    }

    fn chat(
        &mut self,
        messages: &[ChatMessage],
        sampling: &Sampling,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<ChatOutcome> {
        let message = |message: &ChatMessage| json!({ "role": role(message.role), "content": message.content });
        self.complete(messages.iter().map(message).collect(), sampling, on_text)
    }
}

impl VisionChatModel for Remote {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn generate(
        &mut self,
        images: &[RgbImage],
        messages: &[ChatMessage],
        sampling: &Sampling,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<ChatOutcome> {
        let mut parts = Vec::new();
        for image in images {
            parts.push(json!({ "type": "image_url", "image_url": { "url": data_url(image)? } }));
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
        self.complete(messages, sampling, on_text)
    }
}

/// An image as a `data:` URL of a JPEG file.
fn data_url(image: &RgbImage) -> Result<String> {
    let mut file = Cursor::new(Vec::new());
    let (width, height) = image.dimensions();
    JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY).write_image(
        image.as_raw(),
        width,
        height,
        ExtendedColorType::Rgb8,
    )?;
    Ok(format!("data:image/jpeg;base64,{}", BASE64_STANDARD.encode(file.into_inner())))
}
