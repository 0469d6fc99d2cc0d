//! BankID's recommended user messages: which one fits, and its words (RP API v6, "Recommended user messages").

use model::{
    Advice::{self, *},
    Device, Language,
};

use crate::{Code, Error, FailedHint, PendingHint, launch::Platform};

/// What to say while an order is not decided. `platform` is the device of the browser.
pub fn pending(hint: &PendingHint, device: Device, platform: Platform) -> Advice {
    match (hint, device, platform) {
        (PendingHint::OutstandingTransaction, Device::This, _) => Rfa13,
        (PendingHint::OutstandingTransaction | PendingHint::NoClient, ..) => Rfa1,
        (PendingHint::Started, Device::This, Platform::Computer) => Rfa15A,
        (PendingHint::Started, ..) => Rfa15B,
        (PendingHint::UserSign, ..) => Rfa9,
        (PendingHint::UserMrtd, ..) => Rfa23,
        (PendingHint::UserFace, ..) => Rfa24,
        (PendingHint::UserStepUp, ..) => Rfa25,
        (PendingHint::Processing | PendingHint::UserCallConfirm | PendingHint::Other(_), ..) => Rfa21,
    }
}

/// What to say when an order failed.
pub fn failed(hint: &FailedHint, device: Device) -> Advice {
    match (hint, device) {
        (FailedHint::ExpiredTransaction, _) => Rfa8,
        (FailedHint::CertificateErr, _) => Rfa16,
        (FailedHint::UserCancel, _) => Rfa6,
        (FailedHint::Cancelled, _) => Rfa3,
        (FailedHint::StartFailed, Device::This) => Rfa17A,
        (FailedHint::StartFailed, Device::Other) => Rfa17B,
        (FailedHint::MrtdVerificationFailed, _) => Rfa26,
        (FailedHint::FacialRecognitionFailed, _) => Rfa27,
        (FailedHint::NfcNotSupportedByDevice, _) => Rfa28,
        (FailedHint::MultipleBankIdsOnDevice, _) => Rfa29,
        (FailedHint::StepUpFailed, _) => Rfa30,
        (
            FailedHint::UserDeclinedCall
            | FailedHint::NotSupportedByUserApp
            | FailedHint::TransactionRiskBlocked
            | FailedHint::Unusable
            | FailedHint::Other(_),
            _,
        ) => Rfa22,
    }
}

/// What to say when a call gave no usable answer.
pub fn error(error: &Error) -> Advice {
    match error {
        Error::Unreachable(_) | Error::Garbled(_) => Rfa5,
        Error::Said(Code::AlreadyInProgress) => Rfa4,
        Error::Said(Code::Cancelled | Code::Canceled) => Rfa3,
        Error::Said(
            Code::RequestTimeout | Code::InternalError | Code::Maintenance | Code::TooManyRequests,
        ) => Rfa5,
        Error::Said(_) => Rfa22,
    }
}

/// The words. Swedish as BankID publishes them; English too up to RFA23, from RFA24 on our own translation.
pub fn text(advice: Advice, language: Language) -> &'static str {
    let (sv, en) = both(advice);
    match language {
        Language::Sv => sv,
        Language::En => en,
    }
}

fn both(advice: Advice) -> (&'static str, &'static str) {
    match advice {
        Rfa1 => ("Starta BankID-appen.", "Start your BankID app."),
        Rfa2 => (
            "Du verkar inte ha BankID-appen. Installera den och skaffa ett BankID.",
            "You don't seem to have the BankID app. Install the app and get a BankID.",
        ),
        Rfa3 => ("Åtgärden avbröts. Försök igen.", "The action was cancelled. Please try again."),
        Rfa4 => (
            "En identifiering eller underskrift pågår redan för ditt personnummer. Försök igen.",
            "An identification or signature is already in progress for your personal identity number. \
             Please try again.",
        ),
        Rfa5 => ("Något gick fel. Försök igen.", "Something went wrong. Please try again."),
        Rfa6 => ("Åtgärden avbröts.", "The action was cancelled."),
        Rfa8 => (
            "BankID-appen svarar inte. Kontrollera att den är startad och att du har internetanslutning. \
             Försök sedan igen.",
            "The BankID app is not responding. Please check that it’s started and that you have internet access. \
             Try again.",
        ),
        Rfa9 => (
            "Skriv in din säkerhetskod i BankID-appen och välj Identifiera eller Skriv under.",
            "Enter your security code in the BankID app and select Identify or Sign.",
        ),
        Rfa13 => ("Försöker starta BankID-appen.", "Trying to start your BankID app."),
        Rfa15A => (
            "Söker efter BankID. Säkerställ att du har ett giltigt BankID på den här datorn. \
             Om du har ett BankID på kort, sätt in kortet i kortläsaren.",
            "Searching for BankID. Make sure you have a valid BankID on this computer. \
             If you have a BankID on card, please insert the card into your card reader.",
        ),
        Rfa15B => (
            "Söker efter BankID. Säkerställ att du har ett giltigt BankID på den här enheten.",
            "Searching for BankID. Make sure you have a valid BankID on this device.",
        ),
        Rfa16 => (
            "Ditt BankID är för gammalt eller spärrat. Använd ett annat BankID eller skaffa ett nytt hos din bank.",
            "Your BankID is blocked or too old. Please use another BankID or get a new one from your bank.",
        ),
        Rfa17A => (
            "Du verkar inte ha BankID-appen/programmet. Installera den och skaffa ett BankID hos din bank.",
            "You don't seem to have the BankID app/program. Please install it and get a BankID from your bank.",
        ),
        Rfa17B => (
            "Misslyckades att läsa av QR-koden. Starta BankID-appen och läs av QR-koden.",
            "Failed to scan the QR code. Start the BankID app and scan the QR code.",
        ),
        Rfa19 => (
            "Vill du använda BankID på den här datorn eller ett Mobilt BankID?",
            "Would you like to use BankID on this computer, or a Mobile BankID?",
        ),
        Rfa20 => (
            "Vill du använda BankID på den här enheten eller på en annan enhet?",
            "Do you want to use BankID on this device or another device?",
        ),
        Rfa21 => {
            ("En identifiering eller underskrift pågår.", "An identification or signing is in progress.")
        }
        Rfa22 => ("Något gick fel. Försök igen.", "Something went wrong. Please try again."),
        Rfa23 => (
            "Fotografera och läs av din ID-handling med BankID-appen.",
            "Take a photo of, and scan, your ID document with the BankID app.",
        ),
        Rfa24 => ("Gör en ansiktsigenkänning i BankID-appen.", "Do a face recognition in the BankID app."),
        Rfa25 => (
            "Välj hur du vill bekräfta din identitet i BankID-appen.",
            "Choose how you want to confirm your identity in the BankID app.",
        ),
        Rfa26 => (
            "Kontrollen av din ID-handling misslyckades. Försök igen.",
            "The check of your ID document failed. Please try again.",
        ),
        Rfa27 => (
            "Ansiktsigenkänningen misslyckades. Försök igen.",
            "The face recognition failed. Please try again.",
        ),
        Rfa28 => (
            "Din enhet saknar den läsare som behövs för att kontrollera ID-handlingar.",
            "Your device lacks the reader needed to check ID documents.",
        ),
        Rfa29 => (
            "Du har flera BankID på din enhet. Du behöver radera alla utom ett BankID för att kunna slutföra \
             identifieringen. Det gör du under Meny - Inställningar i din BankID-app.",
            "You have several BankIDs on your device. You need to delete all but one to be able to complete the \
             identification. You do this under Menu - Settings in your BankID app.",
        ),
        Rfa30 => (
            "Bekräftelsen av din identitet misslyckades. Försök igen.",
            "The confirmation of your identity failed. Please try again.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cause;

    #[test]
    fn every_pending_hint_has_its_message_on_every_device() {
        let this = |code, platform| pending(&PendingHint::parse(code), Device::This, platform);
        let other = |code| pending(&PendingHint::parse(code), Device::Other, Platform::Computer);
        for (code, computer, mobile, qr) in [
            ("outstandingTransaction", Rfa13, Rfa13, Rfa1),
            ("noClient", Rfa1, Rfa1, Rfa1),
            ("started", Rfa15A, Rfa15B, Rfa15B),
            ("userSign", Rfa9, Rfa9, Rfa9),
            ("processing", Rfa21, Rfa21, Rfa21),
            ("userMrtd", Rfa23, Rfa23, Rfa23),
            ("userFace", Rfa24, Rfa24, Rfa24),
            ("userStepUp", Rfa25, Rfa25, Rfa25),
            ("userCallConfirm", Rfa21, Rfa21, Rfa21),
            ("somethingNew", Rfa21, Rfa21, Rfa21),
        ] {
            assert_eq!(
                (this(code, Platform::Computer), this(code, Platform::Mobile), other(code)),
                (computer, mobile, qr),
                "{code}"
            );
        }
    }

    #[test]
    fn every_failed_hint_has_its_message() {
        for (code, this, other) in [
            ("expiredTransaction", Rfa8, Rfa8),
            ("certificateErr", Rfa16, Rfa16),
            ("userCancel", Rfa6, Rfa6),
            ("cancelled", Rfa3, Rfa3),
            ("startFailed", Rfa17A, Rfa17B),
            ("userDeclinedCall", Rfa22, Rfa22),
            ("notSupportedByUserApp", Rfa22, Rfa22),
            ("transactionRiskBlocked", Rfa22, Rfa22),
            ("mrtdVerificationFailed", Rfa26, Rfa26),
            ("facialRecognitionFailed", Rfa27, Rfa27),
            ("nfcNotSupportedByDevice", Rfa28, Rfa28),
            ("multipleBankIdsOnDevice", Rfa29, Rfa29),
            ("stepUpFailed", Rfa30, Rfa30),
            ("somethingNew", Rfa22, Rfa22),
        ] {
            let hint = FailedHint::parse(code);
            assert_eq!((failed(&hint, Device::This), failed(&hint, Device::Other)), (this, other), "{code}");
        }
    }

    #[test]
    fn every_error_has_its_message() {
        for (code, advice) in [
            ("alreadyInProgress", Rfa4),
            ("cancelled", Rfa3),
            ("canceled", Rfa3),
            ("requestTimeout", Rfa5),
            ("internalError", Rfa5),
            ("maintenance", Rfa5),
            ("tooManyRequests", Rfa5),
            ("invalidParameters", Rfa22),
            ("unauthorized", Rfa22),
            ("somethingNew", Rfa22),
        ] {
            assert_eq!(error(&Error::Said(Code::parse(code))), advice, "{code}");
        }
        assert_eq!(error(&Error::Unreachable(Cause::Timeout)), Rfa5);
        assert_eq!(error(&Error::Garbled("no JSON")), Rfa5);
    }

    #[test]
    fn every_message_is_said_in_both_languages() {
        for advice in Advice::ALL {
            let (sv, en) = both(advice);
            assert!(sv.ends_with('.') || sv.ends_with('?'), "{advice:?}");
            assert_ne!(sv, en, "{advice:?}");
            assert_eq!(text(advice, Language::Sv), sv);
            assert_eq!(text(advice, Language::En), en);
        }
    }
}
