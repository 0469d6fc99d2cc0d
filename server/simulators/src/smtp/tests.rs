use crate::{FaultOrder, Options, System, Town, use_ring};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

struct Client<S>(BufReader<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// The whole reply: its code and its lines.
    async fn hear(&mut self) -> (String, Vec<String>) {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.0.read_line(&mut line).await.unwrap(), 0, "the relay hung up");
            let (code, text) = line.trim_end().split_at(4);
            lines.push(text.to_owned());
            if code.ends_with(' ') {
                return (code.trim().to_owned(), lines);
            }
        }
    }

    async fn say(&mut self, line: &str) -> String {
        self.0.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        self.hear().await.0
    }
}

async fn town() -> (TempDir, Town) {
    use_ring();
    let dir = tempfile::tempdir().unwrap();
    let town = Town::start(Options::any_port(dir.path())).await.unwrap();
    (dir, town)
}

async fn open(town: &Town) -> Client<TcpStream> {
    let stream = TcpStream::connect(town.address(System::Smtp).unwrap()).await.unwrap();
    let mut client = Client(BufReader::new(stream));
    assert_eq!(client.hear().await.0, "220");
    client
}

async fn secured(town: &Town) -> Client<TlsStream<TcpStream>> {
    let mut client = open(town).await;
    assert_eq!(client.say("EHLO portal").await, "250");
    assert_eq!(client.say("STARTTLS").await, "220");
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(town.files().ca()).unwrap()).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, client.0.into_inner()).await.unwrap();
    let mut client = Client(BufReader::new(stream));
    assert_eq!(client.say("EHLO portal").await, "250");
    client
}

async fn send(client: &mut Client<TlsStream<TcpStream>>, message: &str) -> String {
    assert_eq!(client.say("MAIL FROM:<hjarntorget@example.se> BODY=8BITMIME SIZE=2000").await, "250");
    assert_eq!(client.say("RCPT TO:<åsa@example.se>").await, "250");
    assert_eq!(client.say("DATA").await, "354");
    client.say(&format!("{message}\r\n.")).await
}

#[tokio::test]
async fn nothing_is_taken_before_starttls() {
    let (_dir, town) = town().await;
    let mut client = open(&town).await;
    client.0.write_all(b"EHLO portal\r\n").await.unwrap();
    let (_, can) = client.hear().await;
    assert!(
        ["STARTTLS", "8BITMIME", "SIZE 10485760"].iter().all(|word| can.iter().any(|c| c == word)),
        "{can:?}"
    );
    assert_eq!(client.say("MAIL FROM:<a@example.se>").await, "530");
    assert!(town.mail().is_empty());
}

#[tokio::test]
async fn words_pipelined_behind_starttls_in_the_clear_are_thrown_away() {
    let (_dir, town) = town().await;
    let mut client = open(&town).await;
    client.0.write_all(b"STARTTLS\r\nNOOP\r\n").await.unwrap();
    assert_eq!(client.hear().await.0, "220");
    let rest = tokio::time::timeout(Duration::from_millis(200), client.hear()).await;
    assert!(rest.is_err(), "the plaintext NOOP was answered");
}

#[tokio::test]
async fn a_mail_with_swedish_letters_is_read_back_whole() {
    let (_dir, town) = town().await;
    let mut client = secured(&town).await;
    let message = "From: =?utf-8?q?Hj=C3=A4rntorget?= <hjarntorget@example.se>\r\n\
        To: <\u{e5}sa@example.se>\r\nSubject: =?utf-8?B?S29kIGbDtnIgw4VzYSDDlmJlcmc=?=\r\n\
        Message-ID: <abc@hjarntorget.example.se>\r\nList-Id: Konto\r\n <konto.example.se>\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=x\r\n\r\n\
        --x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        Hej =C3=85sa!\r\n..en punkt f=C3=B6rst\r\n\r\n\
        --x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
        <p>Hej Åsa & Märta</p>\r\n--x--";
    assert_eq!(send(&mut client, message).await, "250");
    let mails = town.mail();
    let mail = &mails[0];
    assert_eq!((mail.to.as_str(), mail.from.as_str()), ("åsa@example.se", "hjarntorget@example.se"));
    assert_eq!(mail.subject, "Kod för Åsa Öberg");
    assert_eq!(mail.text.trim_end(), "Hej Åsa!\n.en punkt först");
    assert_eq!(mail.html.as_deref().unwrap().trim_end(), "<p>Hej Åsa & Märta</p>");
    assert_eq!(mail.reference.as_deref(), Some("abc@hjarntorget.example.se"));
    assert_eq!(mail.headers["List-Id"], "Konto <konto.example.se>");
}

#[tokio::test]
async fn a_mail_to_two_lies_in_two_boxes_and_one_too_large_in_none() {
    let (_dir, town) = town().await;
    let mut client = secured(&town).await;
    assert_eq!(client.say("MAIL FROM:<a@example.se> SIZE=99999999").await, "552");
    assert_eq!(client.say("RCPT TO:<b@example.se>").await, "503");
    for line in ["MAIL FROM:<a@example.se>", "RCPT TO:<b@example.se>", "RCPT TO:<c@example.se>"] {
        assert_eq!(client.say(line).await, "250");
    }
    assert_eq!(client.say("DATA").await, "354");
    assert_eq!(client.say("Subject: x\r\n\r\nHej\r\n.").await, "250");
    assert_eq!(client.say("QUIT").await, "221");
    assert_eq!(
        town.mail().iter().map(|m| m.to.as_str()).collect::<Vec<_>>(),
        ["b@example.se", "c@example.se"]
    );
    assert!(town.calls(System::Smtp).iter().any(|call| call.method == "DATA"));
}

#[tokio::test]
async fn bad_days_strike_as_often_as_ordered() {
    let (_dir, town) = town().await;
    let order = |fault: &str, path: Option<&str>| {
        let (fault, path) = (fault.to_owned(), path.map(Into::into));
        town.fault(FaultOrder { path, ..FaultOrder::new(System::Smtp, fault).times(1) }).unwrap();
    };
    let mut client = secured(&town).await;
    order("status:451", None);
    assert_eq!(client.say("MAIL FROM:<a@example.se>").await, "451");
    order("status:550", Some("RCPT"));
    assert_eq!(client.say("MAIL FROM:<a@example.se>").await, "250");
    assert_eq!(client.say("RCPT TO:<b@example.se>").await, "550");
    assert_eq!(client.say("RSET").await, "250");
    order("accept-then-drop", None);
    for line in ["MAIL FROM:<a@example.se>", "RCPT TO:<b@example.se>"] {
        assert_eq!(client.say(line).await, "250");
    }
    assert_eq!(client.say("DATA").await, "354");
    client.0.write_all(b"Subject: x\r\n\r\nHej\r\n.\r\n").await.unwrap();
    let mut rest = String::new();
    assert!(client.0.read_line(&mut rest).await.map_or(true, |read| read == 0), "{rest}");
    assert_eq!(town.mail().len(), 1);
    order("down", None);
    let stream = TcpStream::connect(town.address(System::Smtp).unwrap()).await.unwrap();
    let heard = BufReader::new(stream).read_line(&mut rest).await;
    assert!(heard.map_or(true, |read| read == 0), "{rest}");
    assert_eq!(send(&mut secured(&town).await, "Subject: y\r\n\r\nHej").await, "250");
}
