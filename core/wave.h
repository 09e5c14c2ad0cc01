/* wave - how a source's waveform is stored: an AG_VECTOR parameter, v[0] the kind, then all arguments with defaults
 * filled in by the elaborator (which knows TSTEP and TSTOP). Times [s], levels [V] or [A], angles [degree]. */
#ifndef AG_WAVE_H
#define AG_WAVE_H
enum ag_wave_kind {
    AG_WAVE_PULSE = 1,  /* v1 v2 td tr tf pw per np           np 0: for ever; otherwise that many pulses */
    AG_WAVE_SIN,        /* vo va freq td theta phase [cycles]   theta [1/s] */
    AG_WAVE_EXP,        /* v1 v2 td1 tau1 td2 tau2 */
    AG_WAVE_PWL,        /* repeat_from (-1: none) delay t1 v1 t2 v2 ...    times strictly increasing or equal (a jump) */
    AG_WAVE_SFFM,       /* vo va fc mdi fs phasec phases      mdi [rad] */
    AG_WAVE_AM          /* va vo mf fc td phasec phases */
};
#endif
