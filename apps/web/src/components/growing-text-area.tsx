import './growing-text-area.css';
import type { ComponentPropsWithRef } from 'react';

type GrowingTextAreaProps = ComponentPropsWithRef<'textarea'> & { readonly value: string };

/** A text area as high as its text: an invisible copy of the text under it gives the height. */
export const GrowingTextArea = ({ className = '', value, ...rest }: GrowingTextAreaProps) => (
  <span className={`growing ${className}`} data-text={`${value} `}>
    <textarea {...rest} value={value} rows={1} />
  </span>
);
