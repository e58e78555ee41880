"""The API and the leader: transport in `servicers`, decisions in the packages beside it."""
