"""The boundary between the judge, which decides, and the guest, in which a submission runs."""
