//! BankID's hint codes and risk levels, as open enumerations (RP API v6, collect).

use model::open_enum;

open_enum! {
    /// Where an order that is not decided stands.
    pub enum PendingHint {
        /// The order exists; no app has picked it up.
        OutstandingTransaction = "outstandingTransaction",
        /// No app has received it yet.
        NoClient = "noClient",
        /// The app is started and found no usable BankID yet.
        Started = "started",
        /// The app has the order and waits for the person.
        UserSign = "userSign",
        /// The person has signed; BankID is working.
        Processing = "processing",
        /// The person is photographing an identity document.
        UserMrtd = "userMrtd",
        /// Face recognition.
        UserFace = "userFace",
        /// The person chooses how to confirm.
        UserStepUp = "userStepUp",
        /// A telephone order waits for the person's confirmation.
        UserCallConfirm = "userCallConfirm",
    }
}

impl PendingHint {
    /// Whether no app has the order yet: only then may the animated code be shown.
    pub fn shows_qr(&self) -> bool {
        matches!(self, Self::OutstandingTransaction | Self::NoClient)
    }
}

open_enum! {
    /// Why an order failed. Final: the order is gone.
    pub enum FailedHint {
        /// Not finished in time.
        ExpiredTransaction = "expiredTransaction",
        /// The BankID is blocked, revoked or invalid.
        CertificateErr = "certificateErr",
        /// The person cancelled.
        UserCancel = "userCancel",
        /// BankID received another order for the same person.
        Cancelled = "cancelled",
        /// The app was not started, or the code not scanned, in time (30 s).
        StartFailed = "startFailed",
        /// The person declined a telephone order.
        UserDeclinedCall = "userDeclinedCall",
        /// The app is too old.
        NotSupportedByUserApp = "notSupportedByUserApp",
        /// Blocked for risk.
        TransactionRiskBlocked = "transactionRiskBlocked",
        /// The identity document was not accepted.
        MrtdVerificationFailed = "mrtdVerificationFailed",
        /// Face recognition failed.
        FacialRecognitionFailed = "facialRecognitionFailed",
        /// The device cannot read identity documents.
        NfcNotSupportedByDevice = "nfcNotSupportedByDevice",
        /// Several BankIDs on the device.
        MultipleBankIdsOnDevice = "multipleBankIdsOnDevice",
        /// The confirmation failed.
        StepUpFailed = "stepUpFailed",
        /// Our own word: BankID said "complete", but the answer did not hold. Nobody is identified, the order is spent.
        Unusable = "answer-unusable",
    }
}

open_enum! {
    /// BankID's judgement of an order (`returnRisk`). Absent where it could not be computed.
    pub enum Risk {
        /// Go on.
        Low = "low",
        /// Go on with care.
        Moderate = "moderate",
        /// Signs that the channel between browser and app is broken: refuse.
        High = "high",
    }
}
