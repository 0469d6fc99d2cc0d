//! The moving QR code of a BankID order, as an image and, for browsers without script, as a frame that refreshes itself.
//!
//! Both are pure functions of the identification as the portal knows it: nothing is drawn that may no longer be scanned.

use std::fmt::Write;

use axum::{
    Extension,
    extract::State,
    http::{HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use http::{HeaderName, header::CONTENT_TYPE};
use portal::{Phase, Visit};
use qrcode::{Color, EcLevel, QrCode};

use super::{Doors, refusal::refuse, seal::Kind, session::broken};

/// The image's address.
pub const IMAGE: &str = "/bankid/qr.svg";
/// The frame's address.
pub const FRAME: &str = "/bankid/qr";

/// Light modules around the code that readers need (ISO/IEC 18004).
const QUIET: usize = 4;
/// No code.
const EMPTY: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><path fill=\"#fff\" d=\"M0 0h1v1H0z\"/></svg>";
/// Seconds after which the frame asks again: the code of this second and the next few can still be read.
const REFRESH: HeaderValue = HeaderValue::from_static("2");

/// `GET /bankid/qr.svg`: the code of this second. Where the identification shows none (any more), an empty picture: a
/// page learns of it a moment later. 404 where there is no identification at all.
pub async fn image(Extension(visit): Extension<Visit>) -> Response {
    let identification = match visit.identification().await {
        Ok(Some(identification)) => identification,
        Ok(None) => return refuse(StatusCode::NOT_FOUND),
        Err(error) => return broken(error),
    };
    let svg = identification.qr.and_then(|text| svg(&text)).unwrap_or_else(|| EMPTY.to_owned());
    ([(CONTENT_TYPE, "image/svg+xml; charset=utf-8")], svg).into_response()
}

/// `GET /bankid/qr`: a page with the image and BankID's advice, that fetches itself again until something is decided.
pub async fn frame(State(doors): State<Doors>, Extension(visit): Extension<Visit>) -> Response {
    let identification = match visit.identification().await {
        Ok(identification) => identification,
        Err(error) => return broken(error),
    };
    let waiting = matches!(&identification, Some(found) if matches!(found.phase, Phase::Waiting { .. }));
    let html = doors.pages().qr_frame(identification.as_ref(), visit.language());
    let mut response = ([(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    if waiting {
        response.headers_mut().insert(HeaderName::from_static("refresh"), REFRESH);
    }
    response.extensions_mut().insert(Kind::Frame);
    response
}

/// `text` as a QR code: dark on white whatever the page's colours, one line a row, the text itself in `<metadata>`. It is
/// sent anew each second, so its strokes are relative, which is short. None where the text does not fit.
fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        // Writing to a string does not fail.
        let _ = write!(path, "M{QUIET} {}.5", y + QUIET);
        for run in row.chunk_by(|one, next| one == next) {
            let _ = match run[0] {
                Color::Dark => write!(path, "h{}", run.len()),
                Color::Light => write!(path, "m{} 0", run.len()),
            };
        }
    }
    let metadata = text.replace('&', "&amp;").replace('<', "&lt;");
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <metadata>{metadata}</metadata><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
         <path stroke=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published example of BankID's QR guide.
    const TEXT: &str = "bankid.67df3917-fa0d-44e5-b327-edcc928297f8.0.dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8";

    #[test]
    fn the_image_bears_its_text_and_a_quiet_zone() {
        let svg = svg(TEXT).unwrap();
        assert!(svg.contains(&format!("<metadata>{TEXT}</metadata>")));
        let width = QrCode::with_error_correction_level(TEXT, EcLevel::M).unwrap().width();
        assert!(svg.contains(&format!("viewBox=\"0 0 {0} {0}\"", width + 8)));
        // The first finder pattern begins right after the quiet zone: seven dark modules in its first row.
        assert!(svg.contains("M4 4.5h7m"));
    }

    #[test]
    fn every_dark_module_is_drawn_once() {
        let code = QrCode::with_error_correction_level(TEXT, EcLevel::M).unwrap();
        let dark = code.to_colors().iter().filter(|module| **module == Color::Dark).count();
        let svg = svg(TEXT).unwrap();
        let path = svg.rsplit("d=\"").next().unwrap();
        let run = |piece: &str| piece.split(['m', 'M', '"']).next().unwrap().parse::<usize>().unwrap();
        let drawn: usize = path.split('h').skip(1).map(run).sum();
        assert_eq!(drawn, dark);
    }

    #[test]
    fn what_no_code_can_hold_is_not_drawn() {
        assert!(svg(&"x".repeat(10_000)).is_none());
    }

    #[test]
    fn markup_in_the_text_stays_text() {
        assert!(svg("a<b>&c").unwrap().contains("<metadata>a&lt;b>&amp;c</metadata>"));
    }
}
