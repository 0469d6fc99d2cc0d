//! One side of an SMTP conversation, line by line.

use super::{LARGEST, PATIENCE, letter};
use crate::{
    Fault, State, System,
    calls::{Answer, Call},
};
use std::{
    convert::Infallible,
    io::{Error, ErrorKind, Result},
    sync::Arc,
    time::Duration,
};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

/// The longest command line; RFC 5321 asks for 512, extensions add some.
const LONGEST_LINE: usize = 4096;
/// The most recipients of one message.
const MOST_RECIPIENTS: usize = 100;

/// How a conversation ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The client said goodbye, or was shown out.
    Closed,
    /// The client wants TLS and has been told to go ahead.
    StartTls,
}

/// The envelope of the message under way.
#[derive(Debug, Default)]
struct Envelope {
    from: Option<String>,
    to: Vec<String>,
    /// A fault that waits for the message's end.
    later: Option<Fault>,
}

/// A client, and what it has said so far.
pub(super) struct Conversation<S> {
    stream: BufReader<S>,
    state: Arc<State>,
    secure: bool,
    greeted: bool,
    envelope: Envelope,
}

/// What is done with one command.
enum Next {
    Say(u16, &'static str),
    Lines(u16, Vec<String>),
    Message,
    Leave(End, u16, &'static str),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    pub(super) fn new(stream: S, state: Arc<State>, secure: bool) -> Self {
        Self { stream: BufReader::new(stream), state, secure, greeted: false, envelope: Envelope::default() }
    }

    pub(super) fn into_stream(self) -> S {
        self.stream.into_inner()
    }

    /// Talks until the client leaves.
    ///
    /// # Errors
    /// The client went away, was silent too long or too loud, or a fault ended the connection.
    pub(super) async fn hold(&mut self, greet: bool) -> Result<End> {
        if greet {
            self.say(220, "town.example.se ESMTP den påhittade staden").await?;
        }
        loop {
            let Some(line) = self.line().await? else { return Ok(End::Closed) };
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let verb = verb.to_ascii_uppercase();
            if let Some(fault) = self.fault(&verb)
                && !self.strike(fault, &verb, rest).await?
            {
                continue;
            }
            let next = self.next(&verb, rest.trim());
            match next {
                Next::Say(code, text) => {
                    self.note(&verb, rest, Answer::Status(code));
                    self.say(code, text).await?;
                }
                Next::Lines(code, lines) => {
                    self.note(&verb, rest, Answer::Status(code));
                    self.say_lines(code, &lines).await?;
                }
                Next::Message => self.take_message().await?,
                Next::Leave(end, code, text) => {
                    self.note(&verb, rest, Answer::Status(code));
                    self.say(code, text).await?;
                    return Ok(end);
                }
            }
        }
    }

    fn next(&mut self, verb: &str, rest: &str) -> Next {
        match verb {
            "EHLO" => {
                self.greeted = true;
                self.envelope = Envelope::default();
                let size = format!("SIZE {LARGEST}");
                let mut can = vec![
                    "town.example.se",
                    &size,
                    "8BITMIME",
                    "SMTPUTF8",
                    "PIPELINING",
                    "ENHANCEDSTATUSCODES",
                ];
                if !self.secure {
                    can.push("STARTTLS");
                }
                Next::Lines(250, can.into_iter().map(str::to_owned).collect())
            }
            "HELO" => {
                self.greeted = true;
                Next::Say(250, "town.example.se")
            }
            "NOOP" => Next::Say(250, "2.0.0 Ja"),
            "QUIT" => Next::Leave(End::Closed, 221, "2.0.0 Hej då"),
            "RSET" => {
                self.envelope = Envelope::default();
                Next::Say(250, "2.0.0 Börja om")
            }
            "STARTTLS" if self.secure => Next::Say(503, "5.5.1 Det här är redan hemligt"),
            "STARTTLS" if !rest.is_empty() => Next::Say(501, "5.5.4 STARTTLS tar inget argument"),
            "STARTTLS" => Next::Leave(End::StartTls, 220, "2.0.0 Börja"),
            "MAIL" | "RCPT" | "DATA" | "VRFY" if !self.secure => Next::Say(530, "5.7.0 Säg STARTTLS först"),
            "MAIL" | "RCPT" | "DATA" if !self.greeted => Next::Say(503, "5.5.1 Hälsa först"),
            "MAIL" => self.sender(rest),
            "RCPT" => self.recipient(rest),
            "DATA" if self.envelope.to.is_empty() => Next::Say(503, "5.5.1 Mottagare saknas"),
            "DATA" => Next::Message,
            "VRFY" => Next::Say(252, "2.1.5 Skicka, så får vi se"),
            _ => Next::Say(500, "5.5.2 Det ordet finns inte"),
        }
    }

    fn sender(&mut self, rest: &str) -> Next {
        let Some((from, parameters)) = path(rest, "FROM:") else {
            return Next::Say(501, "5.5.4 MAIL FROM:<adress>");
        };
        let size = parameters.iter().find_map(|p| p.strip_prefix("SIZE=")).map(str::parse::<usize>);
        match size {
            Some(Err(_)) => return Next::Say(501, "5.5.4 SIZE är ett tal"),
            Some(Ok(size)) if size > LARGEST => return Next::Say(552, "5.3.4 För stort"),
            _ => {}
        }
        self.envelope = Envelope { from: Some(from), to: Vec::new(), later: self.envelope.later };
        Next::Say(250, "2.1.0 Avsändare")
    }

    fn recipient(&mut self, rest: &str) -> Next {
        if self.envelope.from.is_none() {
            return Next::Say(503, "5.5.1 MAIL först");
        }
        match path(rest, "TO:") {
            _ if self.envelope.to.len() == MOST_RECIPIENTS => Next::Say(452, "4.5.3 För många mottagare"),
            Some((to, _)) if to.contains('@') => {
                self.envelope.to.push(to);
                Next::Say(250, "2.1.5 Mottagare")
            }
            _ => Next::Say(501, "5.1.3 RCPT TO:<adress>"),
        }
    }

    async fn take_message(&mut self) -> Result<()> {
        self.say(354, "Sluta med en ensam punkt").await?;
        let Some(message) = self.message().await? else {
            self.envelope = Envelope::default();
            self.note("DATA", "", Answer::Status(552));
            return self.say(552, "5.3.4 För stort").await;
        };
        let envelope = std::mem::take(&mut self.envelope);
        for to in &envelope.to {
            let from = envelope.from.as_deref().unwrap_or_default();
            self.state.mail.put(letter::read(&message, from, to, self.state.clock.now()));
        }
        if envelope.later == Some(Fault::AcceptThenDrop) {
            self.note("DATA", "", Answer::Nothing("dropped"));
            return Err(ErrorKind::ConnectionAborted.into());
        }
        self.note("DATA", "", Answer::Status(250));
        self.say(250, "2.0.0 Framme").await
    }

    /// Reads up to the lone dot and takes the stuffed dots away; none if the message is too large.
    async fn message(&mut self) -> Result<Option<Vec<u8>>> {
        let (mut message, mut line, mut too_large) = (Vec::new(), Vec::new(), false);
        loop {
            line.clear();
            let read = self.stream.read_until(b'\n', &mut line);
            if tokio::time::timeout(PATIENCE, read).await?? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if line == b".\r\n" {
                return Ok((!too_large).then_some(message));
            }
            let unstuffed = line.strip_prefix(b".").unwrap_or(&line);
            too_large |= message.len() + unstuffed.len() > LARGEST;
            if !too_large {
                message.extend_from_slice(unstuffed);
            }
        }
    }

    /// Which fault strikes at `verb`. The greeting and the end are struck only by their name.
    fn fault(&self, verb: &str) -> Option<Fault> {
        let faults = &self.state.faults;
        let named = |path: &str| verb.contains(&path.to_ascii_uppercase());
        let meant = faults
            .list()
            .iter()
            .any(|order| order.system == System::Smtp && order.path.as_deref().map_or(verb == "MAIL", named));
        meant.then(|| faults.on_request(System::Smtp, verb)).flatten()
    }

    /// Lets `fault` strike; whether the command is still to be carried out.
    async fn strike(&mut self, fault: Fault, verb: &str, rest: &str) -> Result<bool> {
        match fault {
            Fault::Slow(by) => {
                tokio::time::sleep(by).await;
                return Ok(true);
            }
            Fault::AcceptThenDrop => {
                self.envelope.later = Some(fault);
                return Ok(true);
            }
            Fault::Status(code) => {
                self.note(verb, rest, Answer::Status(code));
                self.say(code, "Beställt fel").await?;
                return Ok(false);
            }
            Fault::UnknownCode => {
                self.note(verb, rest, Answer::Status(799));
                self.say(799, "9.9.9 Ingen vet").await?;
                return Ok(false);
            }
            Fault::Hang => {
                self.note(verb, rest, Answer::Nothing("hung"));
                match std::future::pending::<Infallible>().await {}
            }
            Fault::Garbage => {
                self.note(verb, rest, Answer::Nothing("garbage"));
                self.write(b"\x16\x03\x01 ]]>\xff\xfe inte en rad\r\n").await?;
                return Ok(false);
            }
            Fault::Truncate => {
                self.note(verb, rest, Answer::Nothing("truncated"));
                self.write(b"25").await?;
            }
            Fault::Down | Fault::WrongCertificate => self.note(verb, rest, Answer::Nothing("dropped")),
        }
        Err(ErrorKind::ConnectionAborted.into())
    }

    async fn line(&mut self) -> Result<Option<String>> {
        let mut line = Vec::new();
        let mut limited = tokio::io::AsyncReadExt::take(&mut self.stream, LONGEST_LINE as u64);
        let read = tokio::time::timeout(PATIENCE, limited.read_until(b'\n', &mut line)).await;
        match read {
            Err(_) => {
                self.say(421, "4.4.2 Tystnad").await?;
                Ok(None)
            }
            Ok(Ok(0)) => Ok(None),
            Ok(Ok(_)) if line.last() != Some(&b'\n') => {
                self.say(500, "5.5.2 För lång rad").await?;
                Ok(None)
            }
            Ok(Ok(_)) => Ok(Some(String::from_utf8_lossy(&line).trim_end().to_owned())),
            Ok(Err(lost)) => Err(lost),
        }
    }

    async fn say(&mut self, code: u16, text: &str) -> Result<()> {
        self.write(format!("{code} {text}\r\n").as_bytes()).await
    }

    async fn say_lines(&mut self, code: u16, lines: &[String]) -> Result<()> {
        let mut said = String::new();
        for (at, line) in lines.iter().enumerate() {
            let mark = if at + 1 == lines.len() { ' ' } else { '-' };
            said += &format!("{code}{mark}{line}\r\n");
        }
        self.write(said.as_bytes()).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let write = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        tokio::time::timeout(Duration::from_secs(15), write).await.map_err(Error::other)?
    }

    fn note(&self, verb: &str, rest: &str, answer: Answer) {
        let time = self.state.clock.now();
        let (method, path) = (verb.to_owned(), rest.to_owned());
        self.state.calls.note(Call { system: System::Smtp, time, method, path, answer });
    }
}

/// The address and the parameters of `FROM:<anna@example.se> SIZE=1000`; parameters come in capitals.
fn path(rest: &str, keyword: &str) -> Option<(String, Vec<String>)> {
    let (word, rest) = rest.split_at_checked(keyword.len())?;
    let rest = rest.trim_start().strip_prefix('<').filter(|_| word.eq_ignore_ascii_case(keyword))?;
    let (address, parameters) = rest.split_once('>')?;
    let parameters = parameters.split_whitespace().map(str::to_ascii_uppercase).collect();
    Some((address.to_owned(), parameters))
}
