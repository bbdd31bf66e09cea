"""Every system URI, extension URL and code the library uses, with its source."""
