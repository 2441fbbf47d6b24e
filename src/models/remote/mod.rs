//! Chat models on a server with OpenAI's protocol (vLLM, llama.cpp's server, and others):
//! `POST {address}/v1/chat/completions`, streamed as server-sent events.
//!
//! Only the server that a person set in the settings is contacted; its answers are grounded like
//! those of any model. `http` has requests that can be cancelled, `events` parses the stream.

mod address;
mod answer;
mod chat;
mod error;
mod events;
mod excerpt;
mod http;
#[cfg(test)]
mod tests;

pub use address::Address;
pub use chat::Remote;
pub use error::RemoteError;
