"""Any footage in, a cut of it out: hearing, deciding, conforming. Knows media files and edit rules; no series, no models."""
