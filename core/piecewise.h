/* piecewise - a line through points, level outside them: table(), E and G of type TABLE. */
#ifndef AG_PIECEWISE_H
#define AG_PIECEWISE_H

/* n >= 1 pairs x, y, x rising: xy = { x1, y1, x2, y2, ... }. */
typedef struct ag_piecewise { const double *xy; int n; } ag_piecewise;

/* The piece at x: 0 before the first point, n at and behind the last one. */
static inline int ag_piece(const ag_piecewise *t, double x)
{
    int low = 0, high = t->n;
    while (low < high) {
        int middle = (low + high) / 2;
        if (x < t->xy[2 * middle]) high = middle;
        else low = middle + 1;
    }
    return low;
}

/* dy/dx; at a point that of the piece to its right. */
static inline double ag_piecewise_slope(const ag_piecewise *t, double x)
{
    int k = ag_piece(t, x);
    const double *p = t->xy + 2 * k;
    return k == 0 || k == t->n ? 0 : (p[1] - p[-1]) / (p[0] - p[-2]);
}

/* NaN for NaN. */
static inline double ag_piecewise_value(const ag_piecewise *t, double x)
{
    int k = ag_piece(t, x);
    const double *p = t->xy + 2 * k;
    if (x != x) return x;
    if (k == 0 || k == t->n) return k ? p[-1] : p[1];
    return p[-1] + (p[1] - p[-1]) / (p[0] - p[-2]) * (x - p[-2]);
}
#endif
