//! How the app is started on the same device, and where it returns to.

use url::Url;

use crate::{AutoStartToken, BadSetting};

/// The kind of device a browser runs on, as far as starting the app is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// A phone or tablet: the app is started by a universal link.
    Mobile,
    /// A computer: the program is started by its own scheme.
    Computer,
}

impl Platform {
    /// Reads a `User-Agent`. An iPad that poses as a Mac counts as a computer; the scheme starts its app too.
    pub fn of(user_agent: &str) -> Self {
        const MOBILE: [&str; 4] = ["iPhone", "iPad", "iPod", "Android"];
        if MOBILE.iter().any(|word| user_agent.contains(word)) { Self::Mobile } else { Self::Computer }
    }
}

/// Where the start link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Launch {
    /// To the BankID app.
    App,
    /// To the pretend phone of the town (development only).
    PretendPhone(Url),
}

impl Launch {
    /// Reads the setting: nothing means the BankID app, an address the pretend phone.
    ///
    /// # Errors
    /// [`BadSetting`] for what is no http address.
    pub fn from_setting(phone: Option<&str>) -> Result<Self, BadSetting> {
        let Some(phone) = phone else { return Ok(Self::App) };
        let url = Url::parse(phone).map_err(|why| BadSetting::new(format!("launch {phone}"), why))?;
        match url.scheme() {
            "http" | "https" => Ok(Self::PretendPhone(url)),
            _ => Err(BadSetting::new(format!("launch {phone}"), "must be an http address, or be left out")),
        }
    }

    /// The address of the start link (RP API v6, "Launching"); the order's own return address says where it ends.
    pub fn address(&self, platform: Platform, token: &AutoStartToken) -> String {
        match (self, platform) {
            (Self::App, Platform::Mobile) => {
                format!("https://app.bankid.com/?autostarttoken={}", token.reveal())
            }
            (Self::App, Platform::Computer) => format!("bankid:///?autostarttoken={}", token.reveal()),
            (Self::PretendPhone(phone), _) => {
                let mut address = phone.clone();
                address.query_pairs_mut().append_pair("autostarttoken", token.reveal());
                address.into()
            }
        }
    }
}

/// The fixed page the app returns to after an order that was started on the same device.
///
/// Invariant: an absolute http(s) address without query or fragment, short enough that the nonce still fits `returnUrl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnPage(Url);

impl ReturnPage {
    /// The longest `returnUrl` BankID takes, in characters (RP API v6, auth).
    pub const MAX: usize = 512;
    /// What is left for `nonce=` and the nonce.
    const NONCE_ROOM: usize = 128;

    /// Takes the page's address, built from configuration and never from a request.
    ///
    /// # Errors
    /// [`BadSetting`] where the invariant does not hold.
    pub fn new(address: &str) -> Result<Self, BadSetting> {
        let bad = |why: &str| BadSetting::new(format!("return page {address}"), why);
        let url = Url::parse(address).map_err(|why| bad(&why.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
            return Err(bad("must be a web address without query and fragment"));
        }
        if url.as_str().len() + Self::NONCE_ROOM > Self::MAX {
            return Err(bad("is too long for BankID"));
        }
        Ok(Self(url))
    }

    /// The order's `returnUrl`. With script the nonce rides in the fragment, which reaches no log, proxy or preview;
    /// without, only the query can carry it to the server.
    pub fn address(&self, nonce: &str, script: bool) -> String {
        let mut address = self.0.clone();
        if script {
            address.set_fragment(Some(&format!("nonce={nonce}")));
        } else {
            address.query_pairs_mut().append_pair("nonce", nonce);
        }
        address.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IPHONE: &str =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1";
    const PIXEL: &str =
        "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 Chrome/145.0 Mobile Safari/537.36";
    const WINDOWS: &str =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/145.0 Safari/537.36";

    #[test]
    fn each_device_gets_its_own_start_link() {
        let token = AutoStartToken::new("7c40b5c9-fa74-49cf-b98c-bfe651f9a7c6");
        for (agent, address) in [
            (IPHONE, "https://app.bankid.com/?autostarttoken=7c40b5c9-fa74-49cf-b98c-bfe651f9a7c6"),
            (PIXEL, "https://app.bankid.com/?autostarttoken=7c40b5c9-fa74-49cf-b98c-bfe651f9a7c6"),
            (WINDOWS, "bankid:///?autostarttoken=7c40b5c9-fa74-49cf-b98c-bfe651f9a7c6"),
            ("", "bankid:///?autostarttoken=7c40b5c9-fa74-49cf-b98c-bfe651f9a7c6"),
        ] {
            assert_eq!(Launch::App.address(Platform::of(agent), &token), address, "{agent}");
        }
        let phone = Launch::from_setting(Some("http://localhost:4100/phone")).unwrap();
        assert_eq!(
            phone.address(Platform::Mobile, &token),
            "http://localhost:4100/phone?autostarttoken=7c40b5c9-fa74-49cf-b98c-bfe651f9a7c6"
        );
    }

    #[test]
    fn the_app_is_the_default_and_no_script_can_be_a_launch_address() {
        assert_eq!(Launch::from_setting(None), Ok(Launch::App));
        assert!(Launch::from_setting(Some("javascript:alert(1)")).is_err());
        assert!(Launch::from_setting(Some("phone")).is_err());
    }

    #[test]
    fn the_nonce_rides_in_the_fragment_and_without_script_in_the_query() {
        let page = ReturnPage::new("https://konto.example.se/bankid/retur").unwrap();
        assert_eq!(page.address("3q2-7wAB", true), "https://konto.example.se/bankid/retur#nonce=3q2-7wAB");
        assert_eq!(page.address("3q2-7wAB", false), "https://konto.example.se/bankid/retur?nonce=3q2-7wAB");
    }

    #[test]
    fn a_return_page_is_a_plain_address_that_leaves_room_for_the_nonce() {
        let long = format!("https://konto.example.se/{}", "a".repeat(400));
        for address in
            ["/bankid/retur", "bankid:///", "https://a.example.se/?x=1", "https://a.example.se/#x", &long]
        {
            assert!(ReturnPage::new(address).is_err(), "{address}");
        }
    }
}
