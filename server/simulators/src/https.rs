//! The shared front of every HTTPS system: accept, fault, handshake, client certificate, call log.
//!
//! A system is an axum [`Router`]. Its handlers find in the request's extensions: [`ClientCertificate`] (systems that demand
//! one) and [`AnswerUnknown`] when they are to answer with a code no specification lists.

use crate::{
    Fault, State, System,
    calls::{Answer, Call},
    tls::{ClientCertificate, Tls},
};
use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderValue, Request, Response, StatusCode, header},
    response::IntoResponse,
};
use futures::{StreamExt, stream};
use http_body_util::BodyExt;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

/// How long a client may take for its handshake or its request's head.
const PATIENCE: Duration = Duration::from_secs(15);

/// In a request's extensions: answer with a code that no specification lists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnswerUnknown;

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection was dropped on purpose")]
struct Dropped;

/// One HTTPS system, ready to serve connections.
#[derive(Clone)]
struct Front {
    system: System,
    router: Router,
    state: Arc<State>,
}

/// Serves `system` on `listener` until the town closes.
pub(crate) async fn serve(listener: TcpListener, system: System, router: Router, state: Arc<State>) {
    let front = Front { system, router, state };
    let closing = front.state.closing.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = closing.cancelled() => return,
        };
        let Ok((stream, _)) = accepted else {
            // Out of descriptors, as a rule: waiting is all that helps.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let front = front.clone();
        let closing = closing.clone();
        tokio::spawn(async move { closing.run_until_cancelled(front.connection(stream)).await });
    }
}

impl Front {
    async fn connection(self, stream: TcpStream) {
        let mut recertified = self.state.faults.recertified(self.system);
        let wrong = match self.state.faults.on_connection(self.system) {
            Some(Fault::Down) => return refuse(&stream),
            fault => fault == Some(Fault::WrongCertificate),
        };
        // An answer is one small write; waiting for more would cost its client 40 ms.
        drop(stream.set_nodelay(true));
        let strangers = self.state.bankid.switches().strangers;
        let handshake = self.state.tls.acceptor_as(self.system, wrong, strangers).accept(stream);
        let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, handshake).await else { return };
        let chain: Vec<_> = stream
            .get_ref()
            .1
            .peer_certificates()
            .unwrap_or_default()
            .iter()
            .map(|c| c.clone().into_owned())
            .collect();
        let client = self.state.tls.known(self.system, &chain);
        let service = service_fn(move |request| self.clone().call(request, client.clone()));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => {}
            _ = recertified.changed() => {
                connection.as_mut().graceful_shutdown();
                // From here on only the end is of interest.
                drop(connection.await);
            }
        }
    }

    async fn call(
        self,
        request: Request<Incoming>,
        client: Option<ClientCertificate>,
    ) -> Result<Response<Body>, Dropped> {
        let time = self.state.clock.now();
        let path = request.uri().path().to_owned();
        let mut note = Note {
            state: self.state.clone(),
            call: Some(Call {
                system: self.system,
                time,
                method: request.method().to_string(),
                path: request.uri().path_and_query().map_or_else(|| path.clone(), ToString::to_string),
                answer: Answer::Nothing("dropped"),
            }),
        };
        let fault = self.state.faults.on_request(self.system, &path);
        let mut request = request.map(Body::new);
        match fault {
            Some(Fault::Down) => return Err(Dropped),
            Some(Fault::Hang) => {
                note.answer(Answer::Nothing("hung"));
                std::future::pending::<Infallible>().await;
            }
            Some(Fault::Slow(by)) => tokio::time::sleep(by).await,
            Some(Fault::UnknownCode) => {
                request.extensions_mut().insert(AnswerUnknown);
            }
            _ => {}
        }
        let known = client.is_some();
        if let Some(client) = client {
            request.extensions_mut().insert(client);
        }
        let response = match fault {
            Some(Fault::Status(code)) => failed(self.system, code),
            Some(Fault::Garbage) => garbage(),
            _ if Tls::demands_certificate(self.system) && !known => forbidden(),
            _ => match self.router.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
        };
        match fault {
            Some(Fault::AcceptThenDrop) => return Err(Dropped),
            Some(Fault::Truncate) => {
                note.answer(Answer::Nothing("truncated"));
                return Ok(broken_off(response).await);
            }
            _ => {}
        }
        note.answer(Answer::Status(response.status().as_u16()));
        Ok(response)
    }
}

/// Writes its call into the log when the answer is known, or when the client has gone.
struct Note {
    state: Arc<State>,
    call: Option<Call>,
}

impl Note {
    fn answer(&mut self, answer: Answer) {
        if let Some(call) = self.call.take() {
            self.state.calls.note(Call { answer, ..call });
        }
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            self.state.calls.note(call);
        }
    }
}

/// Closes with a reset, as a machine does on which nobody listens any more.
fn refuse(stream: &TcpStream) {
    drop(stream.set_zero_linger());
}

/// The page an nginx in front of a system shows to a client it does not know (bankid.md 1.3).
fn forbidden() -> Response<Body> {
    nginx(StatusCode::FORBIDDEN)
}

/// An error answer as `system` would word it.
fn failed(system: System, code: u16) -> Response<Body> {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match system {
        System::Bankid => crate::bankid::failed(status).unwrap_or_else(|| nginx(status)),
        System::Sms => crate::sms::failed(status),
        _ => nginx(status),
    }
}

/// An error page in nginx' hand.
pub(crate) fn nginx(status: StatusCode) -> Response<Body> {
    let said = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or("Error"));
    let page = format!(
        "<html>\r\n<head><title>{said}</title></head>\r\n<body>\r\n<center><h1>{said}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    (status, [(header::CONTENT_TYPE, "text/html"), (header::SERVER, "nginx")], page).into_response()
}

fn garbage() -> Response<Body> {
    let body: &[u8] = b"\x1f\x8b{\"orderRef\": ]]>\xff\xfe not what it says";
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// The same answer, promised whole and broken off in the middle.
async fn broken_off(response: Response<Body>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let whole = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len().max(2)));
    let half: Bytes =
        if whole.is_empty() { Bytes::from_static(b"{") } else { whole.slice(..whole.len() / 2) };
    // Waiting once lets what stands before the break go out on the wire.
    let end = async {
        tokio::task::yield_now().await;
        Err(Dropped)
    };
    let pieces = stream::once(async { Ok(half) }).chain(stream::once(end));
    Response::from_parts(parts, Body::from_stream(pieces))
}
