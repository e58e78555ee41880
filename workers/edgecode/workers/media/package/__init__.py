"""HLS and DASH over one set of CMAF tracks."""
