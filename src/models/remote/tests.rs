//! Against a server on this machine that says what the test wants, byte by byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::*;

/// What the server does with one request to the chat.
enum Does {
    /// Answers with this status and this body, cut into pieces that are sent one by one.
    Says(u16, Vec<Vec<u8>>),
    /// Says this, and then nothing more, without closing.
    Hangs(&'static str),
    /// Says this again and again.
    Babbles(&'static str),
}

fn stream(text: &str) -> Does {
    Does::Says(200, vec![text.as_bytes().to_vec()])
}

struct Asked {
    line: String,
    headers: String,
    body: Value,
}

/// A server that answers requests to the chat one after the other; to other paths `other`
/// answers, or 404. Gives its address and the requests to the chat.
fn serve(does: Vec<Does>, other: fn(&str) -> Option<&'static str>) -> (String, Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, asked) = channel();
    std::thread::spawn(move || {
        let mut does = does.into_iter();
        let mut hanging = Vec::new();
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
            match does.next().expect("asked once too often") {
                Does::Says(status, pieces) => send(&mut socket, status, &pieces),
                Does::Hangs(text) => {
                    send_head(&mut socket, 200);
                    let _gone = socket.write_all(text.as_bytes());
                    hanging.push(socket);
                }
                Does::Babbles(text) => {
                    send_head(&mut socket, 200);
                    while socket.write_all(text.as_bytes()).is_ok() {}
                }
            }
        }
    });
    (address, asked)
}

fn read(socket: &TcpStream) -> Option<Asked> {
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
    Some(Asked { line, headers, body: serde_json::from_slice(&body).unwrap_or_default() })
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

fn patience() -> Patience {
    Patience {
        connect: Duration::from_secs(2),
        silence: Duration::from_millis(600),
        small: Duration::from_secs(2),
        again: vec![Duration::from_millis(10); 2],
    }
}

fn remote(address: &str, key: Option<&str>) -> Result<Remote> {
    let model = RemoteModel { address: address.into(), model: "m".into(), key_variable: None };
    Remote::with_patience(&model, key.map(str::to_owned), patience())
}

fn question() -> Vec<ChatMessage> {
    let message = |role, content: &str| ChatMessage { role, content: content.to_owned() };
    vec![message(ChatRole::System, "짧게"), message(ChatRole::User, "왜?")]
}

fn chat(does: Vec<Does>, sampling: &Sampling) -> (Result<ChatOutcome>, String, Receiver<Asked>) {
    let (address, asked) = serve(does, models);
    let mut heard = String::new();
    let outcome =
        remote(&address, Some("geheim")).unwrap().chat(&question(), sampling, &mut |text| {
            heard += text;
            ControlFlow::Continue(())
        });
    (outcome, heard, asked)
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
fn an_answer_is_streamed_and_all_that_was_chosen_is_passed_on() {
    let sampling = Sampling {
        temperature: 0.5,
        seed: u64::MAX,
        max_tokens: 50,
        stop: vec!["###".into()],
        ..Sampling::default()
    };
    let (outcome, heard, asked) = chat(vec![stream(ANSWER)], &sampling);
    let outcome = outcome.unwrap();
    assert_eq!(outcome.text, "기공은 탈기로 막습니다.");
    assert_eq!(heard, outcome.text);
    assert_eq!(outcome.stop, StopReason::EndOfTurn);
    assert_eq!((outcome.prompt_tokens, outcome.new_tokens), (9, 5));
    let asked = asked.recv().unwrap();
    assert!(asked.line.starts_with("POST /v1/chat/completions "));
    assert!(asked.headers.to_lowercase().contains("authorization: bearer geheim"));
    let expected = json!({
        "model": "m", "stream": true, "stream_options": {"include_usage": true},
        "temperature": 0.5, "top_p": 1.0, "seed": i64::MAX, "max_tokens": 50, "stop": ["###"],
        "messages": [{"role": "system", "content": "짧게"}, {"role": "user", "content": "왜?"}],
    });
    assert_eq!(asked.body, expected);
}

#[test]
fn it_may_be_cut_anywhere_within_a_letter_or_a_line() {
    for size in [1, 2, 5, 33] {
        let pieces = ANSWER.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
        let (outcome, heard, _) = chat(vec![Does::Says(200, pieces)], &Sampling::default());
        assert_eq!(outcome.unwrap().text, heard, "{size}");
        assert_eq!(heard, "기공은 탈기로 막습니다.");
    }
}

#[test]
fn a_server_in_trouble_is_asked_again_but_not_for_ever() {
    let (outcome, ..) = chat(vec![Does::Says(429, vec![]), stream(ANSWER)], &Sampling::default());
    assert!(outcome.is_ok());
    let (outcome, ..) = chat(
        vec![Does::Says(503, vec![]), Does::Says(500, vec![]), stream(ANSWER)],
        &Sampling::default(),
    );
    assert!(outcome.is_ok());
    let failing = || Does::Says(500, vec![b"oops".to_vec()]);
    let (outcome, ..) = chat(vec![failing(), failing(), failing()], &Sampling::default());
    assert!(matches!(error(outcome), RemoteError::Overloaded { status: 500, .. }));
}

#[test]
fn what_cannot_go_better_is_not_asked_again_and_the_key_is_in_no_message() {
    let refusal = |status| Does::Says(status, vec![b"no such key: geheim".to_vec()]);
    let (outcome, ..) = chat(vec![refusal(401)], &Sampling::default());
    assert!(matches!(error(outcome), RemoteError::Unauthorized { .. }));
    let (outcome, ..) = chat(vec![refusal(400)], &Sampling::default());
    let said = error(outcome).to_string();
    assert!(said.contains("no such key: …") && !said.contains("geheim"), "{said}");
}

#[test]
fn an_answer_that_is_none_is_an_error() {
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
    // A line without an end is not kept for ever.
    let (outcome, ..) = chat(vec![Does::Babbles("xxxxxxxxxxxxxxxx")], &Sampling::default());
    assert!(error(outcome).to_string().contains("a line of more than"));
}

#[test]
fn silence_ends() {
    for said in ["", "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"] {
        let (outcome, ..) = chat(vec![Does::Hangs(said)], &Sampling::default());
        assert!(matches!(error(outcome), RemoteError::Silent { .. }));
    }
}

#[test]
fn whoever_listens_stops_it_also_while_nothing_comes() {
    let silent = Does::Hangs("");
    let speaking = Does::Hangs("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n");
    for (does, until, text) in [(silent, "", ""), (speaking, "a", "a")] {
        let (address, _asked) = serve(vec![does], models);
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
fn babble_ends_where_it_was_asked_to() {
    let babble = || Does::Babbles("data: {\"choices\":[{\"delta\":{\"content\":\"또 \"}}]}\n\n");
    let sampling = Sampling { max_tokens: 7, ..Sampling::default() };
    let (outcome, ..) = chat(vec![babble()], &sampling);
    let outcome = outcome.unwrap();
    assert_eq!(
        (outcome.stop, outcome.text.as_str()),
        (StopReason::Length, "또 또 또 또 또 또 또 ")
    );
    let sampling = Sampling { stop: vec!["또 또".into()], ..Sampling::default() };
    let (outcome, ..) = chat(vec![babble()], &sampling);
    let outcome = outcome.unwrap();
    assert_eq!((outcome.stop, outcome.text.as_str()), (StopReason::StopText, ""));
    let wide = Does::Babbles(
        "data: {\"choices\":[{\"delta\":{\"content\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}}]}\n\n",
    );
    let sampling = Sampling { max_tokens: 10, ..Sampling::default() };
    let (outcome, ..) = chat(vec![wide], &sampling);
    assert!(outcome.unwrap().text.len() <= 320);
}

#[test]
fn the_server_says_what_it_has() {
    // (what it says to other questions, its context, tokens of the question)
    fn llama_cpp(path: &str) -> Option<&'static str> {
        match path {
            "/v1/models" => Some(r#"{"data":[{"id":"m","meta":{"n_ctx_train":32768}}]}"#),
            "/props" => Some(r#"{"default_generation_settings":{"n_ctx":2048}}"#),
            "/tokenize" => Some(r#"{"tokens":[1,2,3]}"#),
            _ => None,
        }
    }
    let none: fn(&str) -> Option<&'static str> = |_| None;
    // 짧게, 왜: three bytes a syllable; ?: half a token, counted whole.
    for (other, context, tokens) in
        [(llama_cpp as fn(&str) -> _, 2048, 19), (models, 1234, 26), (none, 4096, 26)]
    {
        let (address, _asked) = serve(vec![], other);
        let remote = remote(&address, None).unwrap();
        assert_eq!(remote.context_length(), context);
        assert_eq!(remote.count_tokens(&question()).unwrap(), tokens);
        assert_eq!(ChatModel::id(&remote).0, format!("m ({address})"));
    }
    let other: fn(&str) -> Option<&'static str> = |_| Some(r#"{"data":[{"id":"other"}]}"#);
    let (address, _asked) = serve(vec![], other);
    let error = remote(&address, None).err().unwrap().to_string();
    assert!(error.contains("'m'") && error.contains("other"), "{error}");
}

#[test]
fn nobody_there_is_said() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = remote(&format!("http://127.0.0.1:{port}"), None).err().unwrap();
    assert!(matches!(error, ModelsError::Remote(RemoteError::Unreachable { .. })), "{error}");
}

#[test]
fn pictures_go_before_the_last_question() {
    let (address, asked) = serve(vec![stream(ANSWER)], models);
    let picture = RgbImage::from_pixel(8, 4, image::Rgb([200, 30, 30]));
    let pictures = [picture.clone(), picture];
    let mut goes_on = |_: &str| ControlFlow::Continue(());
    let mut remote = remote(&address, None).unwrap();
    let outcome = remote.look(&pictures, &question(), &Sampling::default(), &mut goes_on).unwrap();
    assert_eq!(outcome.text, "기공은 탈기로 막습니다.");
    let body = asked.recv().unwrap().body;
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
