//! Against a server on this machine with scripted responses.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use image::RgbImage;
use serde_json::{Value, json};

use super::http::Timeouts;
use super::{Remote, RemoteError};
use crate::roles::{ChatModel, VisionChatModel};
use crate::{ModelsError, Result};
use fettle_domain::{ChatMessage, ChatOutcome, ChatRole, RemoteModel, Sampling, StopReason};

/// Response of the server to one chat request.
enum Response {
    /// A status and a body, whose pieces are sent one by one.
    Complete(u16, Vec<Vec<u8>>),
    /// A beginning, after which the connection stays open without data.
    Stalled(&'static str),
    /// A piece that is repeated without end.
    Endless(&'static str),
}

fn stream(text: &str) -> Response {
    Response::Complete(200, vec![text.as_bytes().to_vec()])
}

/// Request that the server received.
struct Request {
    line: String,
    headers: String,
    body: Value,
}

/// Starts a server that sends `responses` to chat requests one after the other; `other` has the
/// bodies for other paths, `None` for 404. Returns the address and the chat requests.
fn serve(
    responses: Vec<Response>,
    other: fn(&str) -> Option<&'static str>,
) -> (String, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        let mut responses = responses.into_iter();
        let mut stalled = Vec::new();
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let Some(request) = read(&socket) else { continue };
            let path = request.line.split(' ').nth(1).unwrap().to_owned();
            if path != "/v1/chat/completions" {
                match other(&path) {
                    Some(body) => send(&mut socket, 200, &[body.as_bytes().to_vec()]),
                    None => send(&mut socket, 404, &[]),
                }
                continue;
            }
            let _gone = sender.send(request);
            match responses.next().expect("more requests than responses") {
                Response::Complete(status, pieces) => send(&mut socket, status, &pieces),
                Response::Stalled(text) => {
                    send_head(&mut socket, 200);
                    let _gone = socket.write_all(text.as_bytes());
                    stalled.push(socket);
                }
                Response::Endless(text) => {
                    send_head(&mut socket, 200);
                    while socket.write_all(text.as_bytes()).is_ok() {}
                }
            }
        }
    });
    (address, requests)
}

fn read(socket: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(socket);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
    let (mut headers, mut length) = (String::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        headers += &header;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { line, headers, body: serde_json::from_slice(&body).unwrap_or_default() })
}

fn send_head(socket: &mut TcpStream, status: u16) {
    socket.set_nodelay(true).unwrap();
    let head = format!(
        "HTTP/1.1 {status} Any\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    );
    let _gone = socket.write_all(head.as_bytes());
}

fn send(socket: &mut TcpStream, status: u16, pieces: &[Vec<u8>]) {
    send_head(socket, status);
    for piece in pieces {
        let _gone = socket.write_all(piece);
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn models(path: &str) -> Option<&'static str> {
    match path {
        "/v1/models" => Some(r#"{"data":[{"id":"m","max_model_len":1234}]}"#),
        _ => None,
    }
}

fn timeouts() -> Timeouts {
    Timeouts {
        connect: Duration::from_secs(2),
        read: Duration::from_millis(600),
        request: Duration::from_secs(2),
        retry_pauses: vec![Duration::from_millis(10); 2],
    }
}

fn remote(address: &str, key: Option<&str>) -> Result<Remote> {
    let model = RemoteModel { address: address.into(), model: "m".into(), key_variable: None };
    Remote::with_timeouts(&model, key.map(str::to_owned), timeouts())
}

fn question() -> Vec<ChatMessage> {
    let message = |role, content: &str| ChatMessage { role, content: content.to_owned() };
    vec![message(ChatRole::System, "짧게"), message(ChatRole::User, "왜?")]
}

fn chat(
    responses: Vec<Response>,
    sampling: &Sampling,
) -> (Result<ChatOutcome>, String, Receiver<Request>) {
    let (address, requests) = serve(responses, models);
    let mut heard = String::new();
    let outcome =
        remote(&address, Some("geheim")).unwrap().chat(&question(), sampling, &mut |text| {
            heard += text;
            ControlFlow::Continue(())
        });
    (outcome, heard, requests)
}

const ANSWER: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"기공은 \"}}]}\r\n\r\n\
    data: {\"choices\":[{\"delta\":{\"content\":\"탈기로 막습니다.\"}}]}\n\n\
    data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
    data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5}}\n\n\
    data: [DONE]\n\n";

fn error(outcome: Result<ChatOutcome>) -> RemoteError {
    match outcome {
        Err(ModelsError::Remote(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_is_streamed_and_the_request_has_all_settings() {
    let sampling = Sampling {
        temperature: 0.5,
        seed: u64::MAX,
        max_tokens: 50,
        stop: vec!["###".into()],
        ..Sampling::default()
    };
    let (outcome, heard, requests) = chat(vec![stream(ANSWER)], &sampling);
    let outcome = outcome.unwrap();
    assert_eq!(outcome.text, "기공은 탈기로 막습니다.");
    assert_eq!(heard, outcome.text);
    assert_eq!(outcome.stop, StopReason::EndOfTurn);
    assert_eq!((outcome.prompt_tokens, outcome.new_tokens), (9, 5));
    let request = requests.recv().unwrap();
    assert!(request.line.starts_with("POST /v1/chat/completions "));
    assert!(request.headers.to_lowercase().contains("authorization: bearer geheim"));
    let expected = json!({
        "model": "m", "stream": true, "stream_options": {"include_usage": true},
        "temperature": 0.5, "top_p": 1.0, "seed": i64::MAX, "max_tokens": 50, "stop": ["###"],
        "messages": [{"role": "system", "content": "짧게"}, {"role": "user", "content": "왜?"}],
    });
    assert_eq!(request.body, expected);
}

#[test]
fn a_stream_may_be_split_within_a_character_or_a_line() {
    for size in [1, 2, 5, 33] {
        let pieces = ANSWER.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
        let (outcome, heard, _) = chat(vec![Response::Complete(200, pieces)], &Sampling::default());
        assert_eq!(outcome.unwrap().text, heard, "{size}");
        assert_eq!(heard, "기공은 탈기로 막습니다.");
    }
}

#[test]
fn an_overloaded_server_is_retried_a_few_times() {
    let (outcome, ..) =
        chat(vec![Response::Complete(429, vec![]), stream(ANSWER)], &Sampling::default());
    assert!(outcome.is_ok());
    let (outcome, ..) = chat(
        vec![Response::Complete(503, vec![]), Response::Complete(500, vec![]), stream(ANSWER)],
        &Sampling::default(),
    );
    assert!(outcome.is_ok());
    let failing = || Response::Complete(500, vec![b"oops".to_vec()]);
    let (outcome, ..) = chat(vec![failing(), failing(), failing()], &Sampling::default());
    assert!(matches!(error(outcome), RemoteError::Overloaded { status: 500, .. }));
}

#[test]
fn a_refusal_is_not_retried_and_the_key_is_in_no_message() {
    let refusal = |status| Response::Complete(status, vec![b"no such key: geheim".to_vec()]);
    let (outcome, ..) = chat(vec![refusal(401)], &Sampling::default());
    assert!(matches!(error(outcome), RemoteError::Unauthorized { .. }));
    let (outcome, ..) = chat(vec![refusal(400)], &Sampling::default());
    let said = error(outcome).to_string();
    assert!(said.contains("no such key: …") && !said.contains("geheim"), "{said}");
}

#[test]
fn a_response_that_breaks_the_protocol_is_an_error() {
    for (text, says) in [
        ("data: {\"choices\":[{\"delta\n\n", "EOF"),
        ("data: {\"error\":{\"message\":\"geheim is out of memory\"}}\n\n", "… is out of memory"),
        ("<html>proxy</html>\n", "proxy"),
        ("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n", "in the middle"),
        ("", "in the middle"),
    ] {
        let (outcome, ..) = chat(vec![stream(text)], &Sampling::default());
        let error = error(outcome);
        assert!(matches!(error, RemoteError::BadAnswer { .. }), "{error}");
        assert!(error.to_string().contains(says), "{text}: {error}");
    }
    // A line without an end is limited.
    let (outcome, ..) = chat(vec![Response::Endless("xxxxxxxxxxxxxxxx")], &Sampling::default());
    assert!(error(outcome).to_string().contains("a line of more than"));
}

#[test]
fn a_stalled_response_times_out() {
    for said in ["", "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"] {
        let (outcome, ..) = chat(vec![Response::Stalled(said)], &Sampling::default());
        assert!(matches!(error(outcome), RemoteError::Silent { .. }));
    }
}

#[test]
fn a_break_stops_a_stalled_response() {
    let silent = Response::Stalled("");
    let speaking = Response::Stalled("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n");
    for (response, until, text) in [(silent, "", ""), (speaking, "a", "a")] {
        let (address, _requests) = serve(vec![response], models);
        let mut heard = String::new();
        let mut polls = 0;
        let outcome =
            remote(&address, None).unwrap().chat(&question(), &Sampling::default(), &mut |piece| {
                heard += piece;
                polls += 1;
                if polls > 2 && heard == until {
                    return ControlFlow::Break(());
                }
                ControlFlow::Continue(())
            });
        let outcome = outcome.unwrap();
        assert_eq!((outcome.stop, outcome.text.as_str()), (StopReason::Stopped, text));
    }
}

#[test]
fn an_endless_answer_is_cut_off_at_the_requested_length() {
    let endless =
        || Response::Endless("data: {\"choices\":[{\"delta\":{\"content\":\"또 \"}}]}\n\n");
    let sampling = Sampling { max_tokens: 7, ..Sampling::default() };
    let (outcome, ..) = chat(vec![endless()], &sampling);
    let outcome = outcome.unwrap();
    assert_eq!(
        (outcome.stop, outcome.text.as_str()),
        (StopReason::Length, "또 또 또 또 또 또 또 ")
    );
    let sampling = Sampling { stop: vec!["또 또".into()], ..Sampling::default() };
    let (outcome, ..) = chat(vec![endless()], &sampling);
    let outcome = outcome.unwrap();
    assert_eq!((outcome.stop, outcome.text.as_str()), (StopReason::StopText, ""));
    let wide = Response::Endless(
        "data: {\"choices\":[{\"delta\":{\"content\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}}]}\n\n",
    );
    let sampling = Sampling { max_tokens: 10, ..Sampling::default() };
    let (outcome, ..) = chat(vec![wide], &sampling);
    assert!(outcome.unwrap().text.len() <= 320);
}

#[test]
fn context_and_token_counts_are_those_of_the_server() {
    // (responses to other paths, context length, tokens of the question)
    fn llama_cpp(path: &str) -> Option<&'static str> {
        match path {
            "/v1/models" => Some(r#"{"data":[{"id":"m","meta":{"n_ctx_train":32768}}]}"#),
            "/props" => Some(r#"{"default_generation_settings":{"n_ctx":2048}}"#),
            "/tokenize" => Some(r#"{"tokens":[1,2,3]}"#),
            _ => None,
        }
    }
    let none: fn(&str) -> Option<&'static str> = |_| None;
    // 짧게, 왜: three bytes per syllable; ?: half a token, rounded up.
    for (other, context, tokens) in
        [(llama_cpp as fn(&str) -> _, 2048, 19), (models, 1234, 26), (none, 4096, 26)]
    {
        let (address, _requests) = serve(vec![], other);
        let remote = remote(&address, None).unwrap();
        assert_eq!(remote.context_length(), context);
        assert_eq!(remote.count_tokens(&question()).unwrap(), tokens);
        assert_eq!(ChatModel::id(&remote).0, format!("m ({address})"));
    }
    let other: fn(&str) -> Option<&'static str> = |_| Some(r#"{"data":[{"id":"other"}]}"#);
    let (address, _requests) = serve(vec![], other);
    let error = remote(&address, None).err().unwrap().to_string();
    assert!(error.contains("'m'") && error.contains("other"), "{error}");
}

#[test]
fn an_unreachable_server_is_an_error() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = remote(&format!("http://127.0.0.1:{port}"), None).err().unwrap();
    assert!(matches!(error, ModelsError::Remote(RemoteError::Unreachable { .. })), "{error}");
}

#[test]
fn images_are_sent_before_the_text_of_the_last_user_message() {
    let (address, requests) = serve(vec![stream(ANSWER)], models);
    let image = RgbImage::from_pixel(8, 4, image::Rgb([200, 30, 30]));
    let images = [image.clone(), image];
    let mut ignore = |_: &str| ControlFlow::Continue(());
    let mut remote = remote(&address, None).unwrap();
    let outcome = remote.generate(&images, &question(), &Sampling::default(), &mut ignore).unwrap();
    assert_eq!(outcome.text, "기공은 탈기로 막습니다.");
    let body = requests.recv().unwrap().body;
    assert_eq!(body["messages"][0]["content"], "짧게");
    let parts = body["messages"][1]["content"].as_array().unwrap();
    assert_eq!(parts.len(), 3);
    assert_eq!(parts[2], json!({"type": "text", "text": "왜?"}));
    let url = parts[0]["image_url"]["url"].as_str().unwrap();
    let file =
        BASE64_STANDARD.decode(url.strip_prefix("data:image/jpeg;base64,").unwrap()).unwrap();
    let sent = image::load_from_memory(&file).unwrap().to_rgb8();
    assert_eq!(sent.dimensions(), (8, 4));
    assert!(sent.get_pixel(3, 2).0[0] > 150);
}
