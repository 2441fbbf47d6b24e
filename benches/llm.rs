//! Speed of chat models with a prompt of 400 tokens and an answer of 32: time of the prefill, and
//! tokens per second of the decoding, for the GGUF files present in `$FETTLE_MODELS` (or
//! `models/`). `benches/peers/llm.py` measures llama.cpp with the same file; run one after the
//! other and quote the ratio.
//!
//! `cargo bench -p fettle-benches --bench llm`; `RAYON_NUM_THREADS=2` sets the threads.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::ops::ControlFlow;

use candle_core::Device;
use fettle_domain::{ChatMessage, ChatRole, ModelId, Sampling};
use fettle_models::llm;
use fettle_models::roles::ChatModel;

const PROMPT_TOKENS: usize = 400;
const NEW_TOKENS: usize = 32;
const RUNS: usize = 5;
const MODELS: [(&str, &str); 2] =
    [("qwen2.5-coder-0.5b-instruct", "qwen2"), ("qwen2.5-coder-1.5b-instruct", "qwen2")];

fn messages(number: usize, sentences: usize, words: usize) -> Vec<ChatMessage> {
    let sentence = "주조품의 기공 불량: 용탕 내 가스가 배출되지 않음. Check the degassing unit. ";
    let content = format!("{number} {}{}", sentence.repeat(sentences), "a ".repeat(words));
    vec![ChatMessage { role: ChatRole::System, content }]
}

/// Messages whose prompt has [`PROMPT_TOKENS`] tokens, chat template included, or the next larger
/// possible number.
fn prompt(chat: &dyn ChatModel, number: usize) -> Vec<ChatMessage> {
    let tokens = |sentences, words| chat.count_tokens(&messages(number, sentences, words)).unwrap();
    let sentences = (1..).take_while(|n| tokens(*n, 0) <= PROMPT_TOKENS).last().unwrap();
    let words = (0..).find(|n| tokens(sentences, *n) >= PROMPT_TOKENS).unwrap();
    messages(number, sentences, words)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let models = fettle_testing::data::models();
    for (id, architecture) in MODELS {
        let file = models.join(id).join(format!("{id}-q4_k_m.gguf"));
        if !file.is_file() {
            println!("{id}: skipped, {} is absent", file.display());
            continue;
        }
        let mut chat = llm::load(&ModelId(id.into()), architecture, &[file], &Device::Cpu).unwrap();
        let sampling = Sampling { max_tokens: NEW_TOKENS, ..Sampling::default() };
        let (mut prefill_ms, mut decode, mut read) = (Vec::new(), Vec::new(), 0);
        for number in 0..RUNS {
            // Each prompt begins with another number, so that no cached prefix is reused.
            let prompt = prompt(&*chat, number);
            let go_on = &mut |_: &str| ControlFlow::Continue(());
            let outcome = chat.chat(&prompt, &sampling, go_on).unwrap();
            read = outcome.prompt_tokens;
            prefill_ms.push(outcome.prefill_ms);
            decode.push(outcome.new_tokens as f64 / outcome.decode_ms * 1e3);
        }
        let prefill_ms = median(prefill_ms);
        println!(
            "{id}: prefill {read} tokens: {prefill_ms:.0} ms ({:.0} tokens/s), decode {:.1} tokens/s",
            read as f64 / prefill_ms * 1e3,
            median(decode)
        );
    }
}
