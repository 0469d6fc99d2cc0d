//! Files: the one WASM and its loader, the style sheet, pictures.
//!
//! Only names of the kinds below are looked for, beneath the site's root, one folder deep: no dot files, no listing, no
//! way up. What looks like a file and is none is 404, never a page.

use std::path::{Path, PathBuf};

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tower::ServiceExt;
use tower_http::services::ServeFile;

use super::{
    Doors,
    refusal::{only, refuse},
    seal::Kind,
};
use crate::telemetry::Template;

/// The kinds of file there are, and what a browser is told each is.
const KINDS: [(&str, &str); 7] = [
    ("css", "text/css; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("svg", "image/svg+xml; charset=utf-8"),
    ("png", "image/png"),
    ("ico", "image/x-icon"),
    ("webmanifest", "application/manifest+json; charset=utf-8"),
];

/// Files that bear another kind of name, by their whole path.
const BY_NAME: [&str; 2] = ["/robots.txt", "/.well-known/security.txt"];

/// Where the files lie.
#[derive(Clone, Debug)]
pub struct Assets {
    root: PathBuf,
    package: String,
    hashed: bool,
}

impl Assets {
    /// The files beneath `root`; those of `package` are named by their content where `hashed`.
    pub fn new(root: &Path, package: &str, hashed: bool) -> Self {
        let package = format!("/{}/", package.trim_matches('/'));
        Self { root: root.to_owned(), package, hashed }
    }

    /// The file at `path`, if `path` can name one: where it lies and what it is.
    fn find(&self, path: &str) -> Option<(PathBuf, &'static str)> {
        if BY_NAME.contains(&path) {
            return Some((self.root.join(path.trim_start_matches('/')), "text/plain; charset=utf-8"));
        }
        let name = path.strip_prefix(&self.package).or_else(|| path.strip_prefix('/'))?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if name.starts_with('.') || name.contains("..") || !name.bytes().all(plain) {
            return None;
        }
        let (_, extension) = name.rsplit_once('.')?;
        let (_, kind) = KINDS.iter().find(|(known, _)| *known == extension)?;
        Some((self.root.join(path.trim_start_matches('/')), kind))
    }
}

/// Answers with a file where the path names one; everything else goes on.
pub async fn serve(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let assets = doors.assets();
    let path = request.uri().path();
    if path == super::qr::IMAGE {
        return next.run(request).await;
    }
    let Some((file, kind)) = assets.find(path) else { return next.run(request).await };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return only("GET, HEAD");
    }
    let immutable = assets.hashed && path.starts_with(&assets.package);
    let Ok(kind) = kind.parse() else { return refuse(StatusCode::NOT_FOUND) };
    // A file that cannot be read is not there.
    let served = ServeFile::new_with_mime(file, &kind).precompressed_br().oneshot(request).await;
    let mut response = match served {
        Ok(response) if response.status() != StatusCode::NOT_FOUND => response.into_response(),
        _ => return refuse(StatusCode::NOT_FOUND),
    };
    response.extensions_mut().insert(Kind::File { immutable });
    response.extensions_mut().insert(Template("file"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_kinds_one_folder_deep_are_files() {
        let assets = Assets::new(Path::new("site"), "pkg", false);
        for path in ["/pkg/hjarntorget.css", "/pkg/hjarntorget.x-1_Y.wasm", "/favicon.svg", "/robots.txt"] {
            assert!(assets.find(path).is_some(), "{path}");
        }
        for path in [
            "/",
            "/pkg",
            "/pkg/",
            "/pkg/.env.css",
            "/pkg/../Leptos.css",
            "/pkg/a/b.css",
            "/pkg/%2e%2e/x.css",
            "/hash.txt",
            "/pkg/hjarntorget.wasm.map",
            "/mina-barn/x.css",
            "/ansokan",
            "/pkg/x.html",
            "/.css",
            "//x.css",
            "/pkg//x.css",
        ] {
            assert!(assets.find(path).is_none(), "{path}");
        }
    }
}
