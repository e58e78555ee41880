"""What a source and the work on it may cost. A source beyond a limit is the user's fault, so each is documented."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one worker; all are checked inside the sandbox.

    Attributes:
        max_pixels: width times height of a source picture, coded or as displayed. The default is 4096 x 2304, the
            largest frame of H.264 level 5.2.
        max_side_pixels: longest side as displayed.
        max_duration_seconds: of the source.
        max_frames: of the source's video.
        max_frame_rate: frames a second of the source's video, on the average of its time and one second more.
        max_audio_packet_rate: the same of packets of sound; Opus has 400 at most.
        max_streams: in the source's container, of any kind.
        max_output_bytes: of any one file written (RLIMIT_FSIZE).
        memory_bytes: private memory of one child (RLIMIT_DATA); the preset `web` uses 0.5 GB for 1080p, 0.7 GB for 4K,
            a ladder up to 2160 lines 1.8 GB.
        cpu_base_seconds: CPU time any child may use.
        cpu_factor: CPU seconds more per second of the source; the preset `web` uses 2 for 1080p30.
        wall_base_seconds: wall time any child may use.
        wall_factor: wall seconds more per second of the source.
        stall_seconds: wall time in which ffmpeg's clock must move; a worker takes the setting of that name.
        probe_seconds: wall and CPU time of a probe or of a verification.
        stop_seconds: from SIGTERM to SIGKILL.
    """

    max_pixels: int = 4096 * 2304
    max_side_pixels: int = 8192
    max_duration_seconds: float = 4 * 3600.0
    max_frames: int = 1_000_000
    max_frame_rate: float = 300.0
    max_audio_packet_rate: float = 1000.0
    max_streams: int = 64
    max_output_bytes: int = 16 * 1024**3
    memory_bytes: int = 4 * 1024**3
    cpu_base_seconds: float = 300.0
    cpu_factor: float = 200.0
    wall_base_seconds: float = 300.0
    wall_factor: float = 100.0
    stall_seconds: float = 60.0
    probe_seconds: float = 120.0
    stop_seconds: float = 0.5

    def cpu_seconds(self, source_seconds: float) -> int:
        """CPU time that work on a source of this length may use."""
        return int(self.cpu_base_seconds + self.cpu_factor * source_seconds)

    def wall_seconds(self, source_seconds: float) -> float:
        """Wall time that work on a source of this length may use."""
        return self.wall_base_seconds + self.wall_factor * source_seconds
