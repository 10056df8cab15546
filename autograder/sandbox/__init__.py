"""Guests: processes forked from a warm server, held by the kernel to what the policy allows."""
