"""The processes of an installation: the Procfile read and kept up, an embedded broker, the demonstration."""
